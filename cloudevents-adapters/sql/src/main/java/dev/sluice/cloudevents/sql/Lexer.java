package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.sql.Token.Kind;

/** Cuts an expression into words, one at a time. */
final class Lexer {
    private final String text;
    private int at;
    /** Characters before {@link #at} that take two of Java's, so that positions count characters. */
    private int wide;

    Lexer(String text) {
        this.text = text;
    }

    /** The next word; the end again and again once it is reached. */
    Token next() {
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return new Token(Kind.END, position(), "");
        }
        char c = text.charAt(at);
        if (isWord(c)) {
            return word();
        }
        return c == '\'' || c == '"' ? string(c) : symbol(c);
    }

    private int position() {
        return at - wide + 1;
    }

    private Token word() {
        int position = position();
        int from = at;
        boolean digits = true;
        while (at < text.length() && isWord(text.charAt(at))) {
            digits &= text.charAt(at) <= '9';
            at++;
        }
        String word = text.substring(from, at);
        return digits ? new Token(Kind.INTEGER, position, word) : Token.word(position, word);
    }

    private Token string(char quote) {
        int position = position();
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean another = at + 1 < text.length();
            if (c == '\\' && another) {
                char escaped = text.charAt(at + 1);
                if (escaped != quote) {
                    value.append(c);
                }
                at++;
                character(value);
            } else if (c == quote && another && text.charAt(at + 1) == quote) {
                value.append(quote);
                at += 2;
            } else if (c == quote) {
                at++;
                return new Token(Kind.STRING, position, value.toString());
            } else {
                character(value);
            }
        }
        throw new InvalidCesqlException(position, "a string begins that does not end: expected " + quote);
    }

    /** Takes one character over, which may be two of Java's. */
    private void character(StringBuilder value) {
        int c = text.codePointAt(at);
        if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            throw new InvalidCesqlException(position(), "half a character: expected well-formed Unicode");
        }
        value.appendCodePoint(c);
        at += Character.charCount(c);
        wide += Character.charCount(c) - 1;
    }

    private Token symbol(char c) {
        char following = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        return switch (c) {
            case '(' -> symbol(Kind.OPEN, 1);
            case ')' -> symbol(Kind.CLOSE, 1);
            case ',' -> symbol(Kind.COMMA, 1);
            case '+' -> symbol(Kind.PLUS, 1);
            case '-' -> symbol(Kind.MINUS, 1);
            case '*' -> symbol(Kind.TIMES, 1);
            case '/' -> symbol(Kind.DIVIDE, 1);
            case '%' -> symbol(Kind.MODULO, 1);
            case '=' -> symbol(Kind.EQUAL, 1);
            case '<' ->
                following == '='
                        ? symbol(Kind.LESS_OR_EQUAL, 2)
                        : following == '>' ? symbol(Kind.NOT_EQUAL, 2) : symbol(Kind.LESS, 1);
            case '>' -> following == '=' ? symbol(Kind.GREATER_OR_EQUAL, 2) : symbol(Kind.GREATER, 1);
            case '!' -> {
                if (following != '=') {
                    throw new InvalidCesqlException(position(), "'!' alone: expected != or NOT");
                }
                yield symbol(Kind.NOT_EQUAL, 2);
            }
            default -> throw unknown();
        };
    }

    private Token symbol(Kind kind, int length) {
        Token token = new Token(kind, position(), text.substring(at, at + length));
        at += length;
        return token;
    }

    private InvalidCesqlException unknown() {
        String shown = Escaped.of(Character.toString(text.codePointAt(at)), 2);
        return new InvalidCesqlException(
                position(), "'" + shown + "' has no meaning here: expected a value or an operator");
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
