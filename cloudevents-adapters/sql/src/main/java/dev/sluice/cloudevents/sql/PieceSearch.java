package dev.sluice.cloudevents.sql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds a row of characters, some of which may be any, by the Shift-And method: bit i of the state says that the last
 * characters read are the first i + 1 of the row. One pass over the text, whatever is in it.
 *
 * @see <a href="https://doi.org/10.1145/135239.135243">Baeza-Yates and Gonnet (1992)</a>
 */
final class PieceSearch {
    private static final int ASCII = 128;

    private final int words;
    private final long accepting;
    /** For each character the places of the row at which it may stand. */
    private final Map<Integer, long[]> masks = new HashMap<>();

    private final long[][] ascii = new long[ASCII][];
    private final long[] others;

    /** The row's characters; negative for any. */
    PieceSearch(int[] characters) {
        words = (characters.length + Long.SIZE - 1) / Long.SIZE;
        accepting = 1L << ((characters.length - 1) % Long.SIZE);
        others = new long[words];
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] < 0) {
                others[i / Long.SIZE] |= 1L << (i % Long.SIZE);
            }
        }
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= 0) {
                long[] mask = masks.computeIfAbsent(characters[i], c -> others.clone());
                mask[i / Long.SIZE] |= 1L << (i % Long.SIZE);
            }
        }
        Arrays.setAll(ascii, c -> masks.getOrDefault(c, others));
    }

    int words() {
        return words;
    }

    /** Where the row's first occurrence within the bounds ends; -1 when there is none. */
    int find(String text, int from, int to) {
        long[] state = new long[words];
        for (int at = from; at < to; ) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            long[] mask = c < ASCII ? ascii[c] : masks.getOrDefault(c, others);
            long carry = 1;
            for (int i = 0; i < words; i++) {
                long shifted = (state[i] << 1) | carry;
                carry = state[i] >>> (Long.SIZE - 1);
                state[i] = shifted & mask[i];
            }
            if ((state[words - 1] & accepting) != 0) {
                return at <= to ? at : -1;
            }
        }
        return -1;
    }
}
