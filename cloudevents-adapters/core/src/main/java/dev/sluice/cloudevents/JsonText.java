package dev.sluice.cloudevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * JSON parsers within the limits: UTF-8 only, by the letter of RFC 8259, and bounded in depth and length of numbers.
 */
final class JsonText {
    /** Around data stand the event's object and, in a batch, the array. */
    private static final int ENVELOPE_DEPTH = 2;

    private final EventLimits limits;
    private final JsonFactory factory;

    JsonText(EventLimits limits) {
        this.limits = limits;
        this.factory = JsonFactory.builder()
                .disable(
                        JsonFactory.Feature
                                .CHARSET_DETECTION) // offsets into the bytes need UTF-8, whatever they look like
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from strangers
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonDepth() + ENVELOPE_DEPTH)
                        .maxNumberLength(limits.numberChars())
                        .build())
                .build();
    }

    /** A parser for an event or a batch. Its byte offsets count from the given offset. */
    JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
        return factory.createParser(bytes, offset, length);
    }

    /** Whether these bytes are exactly one JSON value in UTF-8, within the limits. */
    boolean isValue(byte[] bytes, int offset, int length) {
        return Utf8.isValid(bytes, offset, length) && JsonSyntax.isValue(bytes, offset, length, limits);
    }

    /** The characters of a JSON string, given with its quotes and already known to be one, in UTF-8. */
    EventData unescaped(byte[] bytes, int from, int end) throws IOException {
        for (int i = from + 1; i < end - 1; i++) {
            if (bytes[i] == '\\') {
                try (JsonParser parser = factory.createParser(bytes, from, end - from)) {
                    parser.nextToken();
                    return EventData.of(parser.getText().getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return EventData.of(bytes, from + 1, end - from - 2);
    }
}
