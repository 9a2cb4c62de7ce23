package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/**
 * Times that mostly ascend in the order they are added, as deadlines of one timeout do: a doubly linked list with O(1)
 * insertion at the end and O(1) removal. An earlier time than the last is moved forward until it fits.
 *
 * @param <T> what is timed; an element is in at most one list
 */
final class TimerList<T extends TimerList.Node<T>> {
    /** The links and the time, as a base class so that a timed element costs no entry object. */
    abstract static class Node<T> {
        private @Nullable T earlier;
        private @Nullable T later;
        private boolean listed;
        private long dueNanos;

        final long dueNanos() {
            return dueNanos;
        }
    }

    private @Nullable T first;
    private @Nullable T last;

    void add(T element, long dueNanos) {
        Node<T> node = element;
        if (node.listed) {
            remove(element);
        }
        node.dueNanos = dueNanos;
        node.listed = true;
        var before = last;
        while (before != null && dueOf(before) - dueNanos > 0) {
            before = earlierOf(before);
        }
        var after = before == null ? first : laterOf(before);
        node.earlier = before;
        node.later = after;
        if (before == null) {
            first = element;
        } else {
            setLater(before, element);
        }
        if (after == null) {
            last = element;
        } else {
            setEarlier(after, element);
        }
    }

    void remove(T element) {
        Node<T> node = element;
        if (!node.listed) {
            return;
        }
        if (node.earlier == null) {
            first = node.later;
        } else {
            setLater(node.earlier, node.later);
        }
        if (node.later == null) {
            last = node.earlier;
        } else {
            setEarlier(node.later, node.earlier);
        }
        node.earlier = null;
        node.later = null;
        node.listed = false;
    }

    /** The earliest element if its time has come; removes it. */
    @Nullable
    T pollDue(long now) {
        var element = first;
        if (element == null || dueOf(element) - now > 0) {
            return null;
        }
        remove(element);
        return element;
    }

    /** The earliest element; null when there is none. */
    @Nullable
    T first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** The earliest time; only while not empty. */
    long firstDue() {
        if (first == null) {
            throw new IllegalStateException("no time is set");
        }
        return dueOf(first);
    }

    private static <T extends Node<T>> long dueOf(T element) {
        return ((Node<T>) element).dueNanos;
    }

    private static <T extends Node<T>> @Nullable T earlierOf(T element) {
        return ((Node<T>) element).earlier;
    }

    private static <T extends Node<T>> @Nullable T laterOf(T element) {
        return ((Node<T>) element).later;
    }

    private static <T extends Node<T>> void setEarlier(T element, @Nullable T to) {
        ((Node<T>) element).earlier = to;
    }

    private static <T extends Node<T>> void setLater(T element, @Nullable T to) {
        ((Node<T>) element).later = to;
    }
}
