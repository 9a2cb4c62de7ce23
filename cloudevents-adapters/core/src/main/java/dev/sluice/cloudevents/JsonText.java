package dev.sluice.cloudevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** JSON parsers within the limits: UTF-8 only, by the letter of RFC 8259, and bounded in depth and length of numbers. */
final class JsonText {
    /** Around data stand the event's object and, in a batch, the array. */
    private static final int ENVELOPE_DEPTH = 2;

    private final JsonFactory envelopes;
    private final JsonFactory values;

    JsonText(EventLimits limits) {
        this.envelopes = factory(limits.jsonDepth() + ENVELOPE_DEPTH, limits.numberChars());
        this.values = factory(limits.jsonDepth(), limits.numberChars());
    }

    private static JsonFactory factory(int depth, int numberChars) {
        return JsonFactory.builder()
                .disable(
                        JsonFactory.Feature
                                .CHARSET_DETECTION) // offsets into the bytes need UTF-8, whatever they look like
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from strangers
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(numberChars)
                        .build())
                .build();
    }

    /** A parser for an event or a batch. Its byte offsets count from the given offset. */
    JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
        return envelopes.createParser(bytes, offset, length);
    }

    /** Whether these bytes are exactly one JSON value in UTF-8, within the limits. */
    boolean isValue(byte[] bytes, int offset, int length) {
        if (length == 0 || !Utf8.isValid(bytes, offset, length)) {
            return false;
        }
        try (JsonParser parser = values.createParser(bytes, offset, length)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }

    /** The characters of a JSON string, given with its quotes and already known to be one, in UTF-8. */
    EventData unescaped(byte[] bytes, int from, int end) throws IOException {
        for (int i = from + 1; i < end - 1; i++) {
            if (bytes[i] == '\\') {
                try (JsonParser parser = values.createParser(bytes, from, end - from)) {
                    parser.nextToken();
                    return EventData.of(parser.getText().getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return EventData.of(bytes, from + 1, end - from - 2);
    }
}
