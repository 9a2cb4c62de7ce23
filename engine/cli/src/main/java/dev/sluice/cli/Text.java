package dev.sluice.cli;

/** Text that came from elsewhere, made safe for a terminal. */
final class Text {
    private Text() {}

    /**
     * The text with every character escaped that could move a cursor, change a colour, reorder what a reader sees or
     * is not one; line breaks and tabs stay. Within a JSON string the escapes mean what they replace.
     */
    static String printable(String text) {
        return escape(text, true);
    }

    /** As {@link #printable}, with line breaks and tabs escaped as well: one line, whatever it holds. */
    static String oneLine(String text) {
        return escape(text, false);
    }

    /** Columns that the text takes on a terminal: two for wide letters and emoji, none for combining marks. */
    static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    /** The text, or as much of it as fits into the columns with an ellipsis at its end. */
    static String fit(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        var fitted = new StringBuilder();
        var used = 1;
        for (var point : text.codePoints().toArray()) {
            used += width(point);
            if (used > columns) {
                break;
            }
            fitted.appendCodePoint(point);
        }
        return fitted.append('…').toString();
    }

    private static int width(int point) {
        var type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        var wide = Character.isIdeographic(point)
                || (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x2E80 && point <= 0xA4CF)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xFE30 && point <= 0xFE6F)
                || (point >= 0xFF00 && point <= 0xFF60)
                || (point >= 0x1F300 && point <= 0x1FAFF);
        return wide ? 2 : 1;
    }

    private static String escape(String text, boolean lines) {
        StringBuilder escaped = null;
        for (var i = 0; i < text.length(); ) {
            var point = text.codePointAt(i);
            var size = Character.charCount(point);
            var keep = !unsafe(point) || (lines && (point == '\n' || point == '\t'));
            if (!keep && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                if (keep) {
                    escaped.appendCodePoint(point);
                } else {
                    appendEscaped(escaped, point);
                }
            }
            i += size;
        }
        return escaped == null ? text : escaped.toString();
    }

    private static boolean unsafe(int point) {
        var type = Character.getType(point);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static void appendEscaped(StringBuilder to, int point) {
        switch (point) {
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            default -> {
                for (var unit : Character.toChars(point)) {
                    to.append(String.format("\\u%04x", (int) unit));
                }
            }
        }
    }
}
