package dev.sluice.cloudevents.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8 and the characters that an attribute's value may have. */
final class Utf8Text {
    private static final char REPLACEMENT = '\ufffd';

    private Utf8Text() {}

    /** The text of these bytes; null when they are no UTF-8. */
    static @Nullable String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return mayBeReplaced(text) && !isValid(bytes) ? null : text;
    }

    /** Whether the JDK's fast decoder may have found bytes that it can't read: only then is a second look needed. */
    static boolean mayBeReplaced(String text) {
        return text.indexOf(REPLACEMENT) >= 0;
    }

    /** Whether a text that came as UTF-8 may be an attribute's value: no control characters, no noncharacters. */
    static boolean isAttributeValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7f) {
                continue;
            }
            int codePoint = text.codePointAt(i);
            if (codePoint < 0xa0 || (codePoint >= 0xfdd0 && codePoint <= 0xfdef) || (codePoint & 0xfffe) == 0xfffe) {
                return false;
            }
            i += Character.charCount(codePoint) - 1;
        }
        return true;
    }

    /** Whether a text is an attribute's name from here on: letters a to z and digits, at least one. */
    static boolean isAttributeName(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return from < text.length();
    }

    /** How many bytes a text is. */
    static int length(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x800) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                bytes += 2; // two characters of a pair are four bytes
                i += pair ? 1 : 0;
            } else if (c >= 0x80) {
                bytes++;
            }
        }
        return bytes;
    }

    private static boolean isValid(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }
}
