package dev.sluice.cloudevents;

import java.util.Arrays;

/**
 * Checks that bytes in UTF-8 are one JSON value by the letter of RFC 8259, within a depth and a length of numbers. One
 * pass without recursion: a loop that either expects a value or follows one, and a bit per open container that tells
 * objects from arrays. For one check.
 */
final class JsonSyntax {
    private static final int END = -1;

    private final byte[] bytes;
    private final int end;
    private final int depthMax;
    private final int numberCharsMax;
    private int at;
    private int depth;
    private long[] objects = {0};

    private JsonSyntax(byte[] bytes, int offset, int length, int depthMax, int numberCharsMax) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
        this.depthMax = depthMax;
        this.numberCharsMax = numberCharsMax;
    }

    /** Whether these bytes, already known to be UTF-8, are one value with nothing but white space around it. */
    static boolean isValue(byte[] bytes, int offset, int length, EventLimits limits) {
        return new JsonSyntax(bytes, offset, length, limits.jsonDepth(), limits.numberChars()).isDocument();
    }

    private boolean isDocument() {
        while (true) {
            int first = peek();
            if (first == '{' || first == '[') {
                if (!open(first == '{')) {
                    return false;
                }
                if (peek() == (first == '{' ? '}' : ']')) {
                    close();
                } else if (first == '{' && !name()) {
                    return false;
                } else {
                    continue; // the first value inside
                }
            } else if (!scalar(first)) {
                return false;
            }
            while (depth > 0 && peek() == (isInObject() ? '}' : ']')) {
                close();
            }
            if (depth == 0) {
                return peek() == END;
            }
            if (peek() != ',') {
                return false;
            }
            at++;
            if (isInObject() && !name()) {
                return false;
            }
        }
    }

    /** The next character that is no white space, which is not taken. */
    private int peek() {
        while (at < end) {
            byte b = bytes[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xff;
            }
            at++;
        }
        return END;
    }

    private boolean open(boolean object) {
        if (depth == depthMax) {
            return false;
        }
        int word = depth >> 6;
        if (word == objects.length) {
            objects = Arrays.copyOf(objects, 2 * word);
        }
        long bit = 1L << (depth & 63);
        objects[word] = object ? objects[word] | bit : objects[word] & ~bit;
        depth++;
        at++;
        return true;
    }

    private void close() {
        depth--;
        at++;
    }

    private boolean isInObject() {
        return (objects[(depth - 1) >> 6] & (1L << ((depth - 1) & 63))) != 0;
    }

    /** A member's name and its colon. */
    private boolean name() {
        if (peek() != '"' || !string() || peek() != ':') {
            return false;
        }
        at++;
        return true;
    }

    private boolean scalar(int first) {
        return switch (first) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        };
    }

    private boolean literal(String word) {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at == end || bytes[at] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean string() {
        at++;
        while (at < end) {
            byte b = bytes[at++];
            if (b == '"') {
                return true;
            }
            if (b == '\\' ? !escape() : b >= 0 && b < 0x20) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (at == end) {
            return false;
        }
        byte b = bytes[at++];
        if (b != 'u') {
            return b > 0 && "\"\\/bfnrt".indexOf(b) >= 0;
        }
        for (int i = 0; i < 4; i++, at++) {
            if (at == end || Character.digit(bytes[at], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean number() {
        int from = at;
        if (at < end && bytes[at] == '-') {
            at++;
        }
        int whole = at;
        if (!digits() || (bytes[whole] == '0' && at > whole + 1)) {
            return false;
        }
        if (at < end && bytes[at] == '.') {
            at++;
            if (!digits()) {
                return false;
            }
        }
        if (at < end && (bytes[at] | 0x20) == 'e') {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            if (!digits()) {
                return false;
            }
        }
        return at - from <= numberCharsMax;
    }

    /** Takes one digit or more. */
    private boolean digits() {
        int from = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at > from;
    }
}
