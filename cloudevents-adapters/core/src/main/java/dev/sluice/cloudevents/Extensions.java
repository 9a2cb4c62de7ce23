package dev.sluice.cloudevents;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An event's extensions as names and values side by side in one array, in order of arrival: few, so scanning beats
 * hashing.
 */
final class Extensions {
    static final Object[] NONE = {};

    private Extensions() {}

    /** The slot of the value of this name; -1 when there is none. */
    static int slotOf(Object[] pairs, int length, String name) {
        for (int i = 0; i < length; i += 2) {
            if (pairs[i].equals(name)) {
                return i + 1;
            }
        }
        return -1;
    }

    static @Nullable Object find(Object[] pairs, String name) {
        int slot = slotOf(pairs, pairs.length, name);
        return slot < 0 ? null : pairs[slot];
    }

    /** Checks names and values of the first slots, and gives their length in UTF-8. */
    static long check(Object[] pairs, int length, EventLimits limits) {
        requireFew(length, limits);
        long bytes = 0;
        for (int i = 0; i < length; i += 2) {
            bytes += checkPair(pairs, i, limits);
        }
        return bytes;
    }

    /** As above, but for what is the same object in the same slot of others that were checked; gives the difference. */
    static long checkChanged(Object[] pairs, int length, Object[] checked, EventLimits limits) {
        requireFew(length, limits);
        long bytes = 0;
        for (int i = 0; i < Math.max(length, checked.length); i += 2) {
            boolean same = i < length && i < checked.length && pairs[i] == checked[i] && pairs[i + 1] == checked[i + 1];
            if (!same) {
                bytes += i < length ? checkPair(pairs, i, limits) : 0;
                bytes -= i < checked.length ? checkPair(checked, i, EventLimits.NONE) : 0;
            }
        }
        return bytes;
    }

    private static void requireFew(int length, EventLimits limits) {
        if (length > 2L * limits.extensions()) {
            throw new InvalidEventException(
                    "event", null, "must not have more than " + limits.extensions() + " extensions");
        }
    }

    private static int checkPair(Object[] pairs, int slot, EventLimits limits) {
        String name = (String) pairs[slot];
        return Rules.extensionName(name, limits) + Rules.extensionValue(name, pairs[slot + 1], limits);
    }

    /** Whether both hold the same names with equal values, in any order. */
    static boolean same(Object[] left, Object[] right) {
        if (left.length != right.length) {
            return false;
        }
        for (int i = 0; i < left.length; i += 2) {
            if (!left[i + 1].equals(find(right, (String) left[i]))) {
                return false;
            }
        }
        return true;
    }

    /** The names, as an immutable view. */
    static final class Names extends AbstractSet<String> {
        private final Object[] pairs;

        Names(Object[] pairs) {
            this.pairs = pairs;
        }

        @Override
        public int size() {
            return pairs.length / 2;
        }

        @Override
        public boolean contains(@Nullable Object name) {
            return name instanceof String text && find(pairs, text) != null;
        }

        @Override
        public Iterator<String> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < pairs.length;
                }

                @Override
                public String next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    next += 2;
                    return (String) pairs[next - 2];
                }
            };
        }
    }
}
