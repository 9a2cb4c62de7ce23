package dev.sluice.cloudevents;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in bytes of UTF-8 that are read as JSON by the letter of RFC 8259, within a depth and a length of numbers.
 * Whoever reads an event walks its members and takes names and strings; all other values are passed over, in one pass
 * without recursion: a loop that either expects a value or follows one, and a bit per open container that tells objects
 * from arrays. For one document and one thread.
 *
 * <p>Strings are passed over eight bytes at a time: they are most of what events hold.
 */
final class JsonCursor {
    static final int END = -1;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = '"' * EACH_BYTE;
    private static final long BACKSLASHES = '\\' * EACH_BYTE;
    private static final int SPACE = 0x20;
    private static final long SPACES = SPACE * EACH_BYTE;
    private static final long[] NO_CONTAINERS = {};

    private final byte[] bytes;
    private final int from;
    private final int end;
    private final EventLimits limits;
    private int at;
    private int depth;
    /** Its length is that of the deepest value so far, in words. */
    private long[] objects = NO_CONTAINERS;
    /** Of the string that was passed last. */
    private boolean escaped;

    private boolean beyondLimits;

    /** Stands before the first of the bytes, which are already known to be UTF-8. */
    JsonCursor(byte[] bytes, int offset, int length, EventLimits limits) {
        this.bytes = bytes;
        this.from = offset;
        this.at = offset;
        this.end = offset + length;
        this.limits = limits;
    }

    /** Whether these bytes, already known to be UTF-8, are one value with nothing but white space around it. */
    static boolean isValue(byte[] bytes, int offset, int length, EventLimits limits) {
        var cursor = new JsonCursor(bytes, offset, length, limits);
        return cursor.value() && cursor.peek() == END;
    }

    /** How many bytes of the array are before it. */
    int position() {
        return at;
    }

    /** Goes on behind the character, if that comes next but for white space. */
    boolean take(char expected) {
        var found = peek() == expected;
        if (found) {
            at++;
        }
        return found;
    }

    /** Whether what comes next begins a value, be it whole or not. */
    boolean isAtValue() {
        return "{[tfn-0123456789\"".indexOf(peek()) >= 0;
    }

    /**
     * Goes on behind the comma to the next item of what ends with the given bracket, or behind that.
     *
     * @return whether there is an item
     */
    boolean next(char bracket) {
        if (take(',')) {
            return true;
        }
        require(take(bracket));
        return false;
    }

    /** Takes a member's name and its colon. */
    String memberName(JsonText text) {
        require(peek() == '"');
        var name = commonText(text);
        require(take(':'));
        return name;
    }

    /** Takes a string, whose opening quote comes next. */
    String text(JsonText text) {
        var start = at;
        passString();
        return escaped
                ? text.unescapedText(bytes, start, at)
                : new String(bytes, start + 1, at - start - 2, StandardCharsets.UTF_8);
    }

    /** The same for a string that many events share. */
    String commonText(JsonText text) {
        var start = at;
        return passString() ? text.unescapedText(bytes, start, at) : text.common(bytes, start + 1, at - 1);
    }

    /** Passes over a string, whose opening quote comes next; whether it holds escapes. */
    boolean passString() {
        require(string());
        return escaped;
    }

    /** Passes over a value of any kind. */
    void passValue() {
        require(value());
    }

    /** Takes a number that is an integer of 32 bits; null when it is another number, which is passed over as well. */
    @Nullable
    Integer integer() {
        var start = at;
        require(number());
        for (var i = start; i < at; i++) {
            if (bytes[i] != '-' && (bytes[i] < '0' || bytes[i] > '9')) {
                return null;
            }
        }
        try {
            return Integer.valueOf(new String(bytes, start, at - start, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException larger) {
            return null;
        }
    }

    /** Takes the word that its first letter, which comes next, is of. */
    void passLiteral() {
        require(scalar(peek()));
    }

    private void require(boolean holds) {
        if (!holds) {
            throw malformed();
        }
    }

    /** What is wrong here: where it is, but not what it is, which is the sender's. */
    InvalidEventException malformed() {
        return new InvalidEventException(
                "event",
                null,
                beyondLimits
                        ? "must keep the limits of JSON: depth " + limits.jsonDepth() + ", numbers of "
                                + limits.numberChars() + " characters"
                        : "must be JSON, and is not at byte " + (at - from));
    }

    private boolean value() {
        var outer = depth;
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
            while (depth > outer && peek() == (isInObject() ? '}' : ']')) {
                close();
            }
            if (depth == outer) {
                return true;
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
    int peek() {
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
        if (depth == limits.jsonDepth()) {
            beyondLimits = true;
            return false;
        }
        int word = depth >> 6;
        if (word == objects.length) {
            objects = Arrays.copyOf(objects, Math.max(1, 2 * word));
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
        escaped = false;
        while (at < end) {
            at = plainEnd(bytes, at, end);
            for (var last = Math.min(end, at + Long.BYTES); at < last; ) {
                byte b = bytes[at++];
                if (b == '"') {
                    return true;
                }
                if (b == '\\') {
                    escaped = true;
                    if (!escape()) {
                        return false;
                    }
                    last = Math.max(last, at);
                } else if (b >= 0 && b < SPACE) {
                    at--;
                    return false;
                }
            }
        }
        return false;
    }

    /** Where the word begins that holds something else than plain characters, or the last bytes that are no word. */
    private static int plainEnd(byte[] bytes, int from, int end) {
        var at = from;
        while (at + Long.BYTES <= end && special((long) LONGS.get(bytes, at)) == 0) {
            at += Long.BYTES;
        }
        return at;
    }

    /**
     * Not 0 when one of eight bytes ends a string, begins an escape or is a control character. A byte below n borrows
     * into its high bit when n is taken off; what that borrows from the byte above matters only beside a hit. Where the
     * high bit is set already the character is beyond ASCII, and plain.
     */
    private static long special(long word) {
        var quotes = (word ^ QUOTES) - EACH_BYTE;
        var backslashes = (word ^ BACKSLASHES) - EACH_BYTE;
        var controls = word - SPACES;
        return (quotes | backslashes | controls) & ~word & HIGH_BITS;
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
        int start = at;
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
        beyondLimits = at - start > limits.numberChars();
        return !beyondLimits;
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
