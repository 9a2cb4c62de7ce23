package dev.sluice.server.manifest;

/**
 * Something in a manifest that can't stay as it is, or, in a list of warnings, that has no effect.
 *
 * @param place where it stands
 * @param path the way to it inside its document, such as {@code spec.delivery.retry}; empty for the document or file
 * @param value what stands there, cut to 80 characters; empty when it is missing or is not a single value
 * @param rule what must hold, in words
 */
public record Mistake(Place place, String path, String value, String rule) {
    private static final int VALUE_MAX = 80;

    public Mistake {
        value = printable(value);
        rule = printable(rule);
        path = printable(path);
    }

    /** One line: {@code file:line:column: path: 'value': rule}. */
    @Override
    public String toString() {
        var text = new StringBuilder(place.toString()).append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        if (!value.isEmpty()) {
            text.append('\'').append(value).append("': ");
        }
        return text.append(rule).toString();
    }

    private static String printable(String text) {
        var shown = text.codePoints()
                .limit(text.length() > VALUE_MAX * 8 ? VALUE_MAX * 8 : text.length())
                .map(point -> Character.isISOControl(point) || isInvisible(point) ? '\uFFFD' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return shown.toString();
    }

    private static boolean isInvisible(int point) {
        var type = Character.getType(point);
        return type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
