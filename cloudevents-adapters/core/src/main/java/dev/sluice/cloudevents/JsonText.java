package dev.sluice.cloudevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What is needed of JSON values and strings, within the limits. */
final class JsonText {
    /** Around data stand the event's object and, in a batch, the array. */
    private static final int ENVELOPE_DEPTH = 2;

    /** A power of two. */
    private static final int COMMON = 128;

    private static final int COMMON_BYTES_MAX = 64;

    private final EventLimits limits;
    private final JsonFactory factory;
    /** Strings that were met lately; which of two at one place stays does not matter, nor does a race. */
    private final @Nullable String[] common = new String[COMMON];

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
                        // The event's size is what bounds it.
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    /**
     * The text of UTF-8 that is likely to come again, such as a member's name: as a rule the same object as the last
     * time, with its hash.
     */
    String common(byte[] bytes, int from, int end) {
        var length = end - from;
        if (length == 0 || length > COMMON_BYTES_MAX) {
            return new String(bytes, from, length, StandardCharsets.UTF_8);
        }
        var place = (31 * (31 * length + bytes[from]) + bytes[end - 1]) & (COMMON - 1);
        var known = common[place];
        if (known != null && isOf(known, bytes, from, length)) {
            return known;
        }
        var text = new String(bytes, from, length, StandardCharsets.UTF_8);
        common[place] = text;
        return text;
    }

    private static boolean isOf(String known, byte[] bytes, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        for (var i = 0; i < length; i++) {
            // Beyond ASCII a byte is negative, and no character is.
            if (known.charAt(i) != bytes[from + i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether these bytes are exactly one JSON value in UTF-8, within the limits. */
    boolean isValue(byte[] bytes, int offset, int length) {
        return Utf8.isValid(bytes, offset, length) && JsonCursor.isValue(bytes, offset, length, limits);
    }

    /** The characters of a JSON string, given with its quotes and already known to be one, in UTF-8. */
    EventData unescaped(byte[] bytes, int from, int end, boolean escaped) {
        return escaped
                ? EventData.of(unescapedText(bytes, from, end).getBytes(StandardCharsets.UTF_8))
                : EventData.of(bytes, from + 1, end - from - 2);
    }

    /** The same as a text. */
    String unescapedText(byte[] bytes, int from, int end) {
        try (JsonParser parser = factory.createParser(bytes, from, end - from)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException odd) {
            throw new InvalidEventException("event", null, "must hold strings that JSON's parser can read");
        }
    }
}
