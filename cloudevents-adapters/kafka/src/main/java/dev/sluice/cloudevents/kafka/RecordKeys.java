package dev.sluice.cloudevents.kafka;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Keys as text and back. A key in UTF-8 is its own text. Any other, and one that begins with U+0000, is U+0000 and its
 * bytes in hexadecimal digits: so distinct keys have distinct texts, and each text gives back its key's bytes.
 */
final class RecordKeys {
    private static final char ESCAPE = 0;
    private static final HexFormat HEX = HexFormat.of();

    private RecordKeys() {}

    static String text(byte[] key) {
        String text = Utf8Text.decode(key);
        return text == null || startsEscaped(text) ? ESCAPE + HEX.formatHex(key) : text;
    }

    static byte[] bytes(String text) {
        if (startsEscaped(text) && isHex(text)) {
            return HEX.parseHex(text, 1, text.length());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean startsEscaped(String text) {
        return !text.isEmpty() && text.charAt(0) == ESCAPE;
    }

    private static boolean isHex(String text) {
        for (int i = 1; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return text.length() % 2 == 1;
    }
}
