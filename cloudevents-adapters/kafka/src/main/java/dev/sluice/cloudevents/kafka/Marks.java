package dev.sluice.cloudevents.kafka;

import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell of a dead letter: {@code ce_dl…} and the hops behind it. They are put on any record, so they do
 * not make one an event.
 */
final class Marks {
    private static final String DEAD_LETTER = HeaderReader.PREFIX + "dl";
    private static final String HOPS = HeaderReader.PREFIX + "sluicehops";
    private static final int VALUE_BYTES_MAX = 8 << 10;

    private Marks() {}

    static boolean isMark(String header) {
        return (header.startsWith(DEAD_LETTER) || header.equals(HOPS))
                && Utf8Text.isAttributeName(header, HeaderReader.PREFIX.length());
    }

    /** The extension's name. */
    static String name(String header) {
        return header.substring(HeaderReader.PREFIX.length());
    }

    /** The extension's value; null when the header is no mark, or one that can't be read. */
    static @Nullable String value(Header header) {
        if (!isMark(header.key())) {
            return null;
        }
        byte[] value = header.value();
        if (value == null || value.length > VALUE_BYTES_MAX) {
            return null;
        }
        String text = Utf8Text.decode(value);
        return text != null && Utf8Text.isAttributeValue(text) ? text : null;
    }
}
