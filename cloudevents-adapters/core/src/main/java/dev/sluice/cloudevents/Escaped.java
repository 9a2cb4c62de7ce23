package dev.sluice.cloudevents;

/**
 * Foreign text made safe for logs and messages: one line, bounded, nothing that moves a cursor or turns text around.
 */
public final class Escaped {
    private static final String HEX = "0123456789abcdef";

    private Escaped() {}

    /**
     * The text with quotes, backslashes, control, format and unassigned characters as {@code \}{@code uXXXX} escapes.
     *
     * @param charsMax characters of the text that are kept; a longer text ends in {@code ...}
     */
    public static String of(CharSequence text, int charsMax) {
        int end = Math.min(text.length(), charsMax);
        StringBuilder out = new StringBuilder(end + 8);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < end && printable(Character.codePointAt(text, i))) {
                out.append(c).append(text.charAt(++i));
            } else if (printable(c)) {
                out.append(c);
            } else {
                out.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt((c >> 8) & 15));
                out.append(HEX.charAt((c >> 4) & 15)).append(HEX.charAt(c & 15));
            }
        }
        return text.length() > end ? out.append("...").toString() : out.toString();
    }

    private static boolean printable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
