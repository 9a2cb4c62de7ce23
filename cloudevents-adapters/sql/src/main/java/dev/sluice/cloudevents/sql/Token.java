package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import java.util.Locale;
import java.util.Map;

/**
 * A word of an expression.
 *
 * @param position its first character in the expression, counted from 1
 * @param text as it stands there; of a string what is between the quotes, with escaped quotes resolved
 */
record Token(Kind kind, int position, String text) {
    enum Kind {
        END,
        INTEGER,
        STRING,
        NAME,
        TRUE,
        FALSE,
        AND,
        OR,
        XOR,
        NOT,
        LIKE,
        EXISTS,
        IN,
        OPEN,
        CLOSE,
        COMMA,
        PLUS,
        MINUS,
        TIMES,
        DIVIDE,
        MODULO,
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    private static final Map<String, Kind> KEYWORDS = Map.of(
            "true", Kind.TRUE,
            "false", Kind.FALSE,
            "and", Kind.AND,
            "or", Kind.OR,
            "xor", Kind.XOR,
            "not", Kind.NOT,
            "like", Kind.LIKE,
            "exists", Kind.EXISTS,
            "in", Kind.IN);

    /** A name or, in any case, a keyword. */
    static Token word(int position, String text) {
        return new Token(KEYWORDS.getOrDefault(text.toLowerCase(Locale.ROOT), Kind.NAME), position, text);
    }

    /** How it is called in a message. */
    String shown() {
        return switch (kind) {
            case END -> "the end";
            case STRING -> "the string '" + Escaped.of(text, 32) + "'";
            default -> "'" + Escaped.of(text, 32) + "'";
        };
    }
}
