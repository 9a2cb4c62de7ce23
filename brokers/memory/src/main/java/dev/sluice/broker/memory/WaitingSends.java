package dev.sluice.broker.memory;

import org.jspecify.annotations.Nullable;

/** Sends in the order they came, any of which can leave at once. Guarded by the topic's lock. */
final class WaitingSends {
    private @Nullable WaitingSend first;
    private @Nullable WaitingSend last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    WaitingSend first() {
        return first;
    }

    void add(WaitingSend send) {
        send.queued = true;
        send.before = last;
        if (last == null) {
            first = send;
        } else {
            last.after = send;
        }
        last = send;
        size++;
    }

    /** Takes the send out; false when it is not in here. */
    boolean remove(WaitingSend send) {
        if (!send.queued) {
            return false;
        }
        var before = send.before;
        var after = send.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        send.before = null;
        send.after = null;
        send.queued = false;
        size--;
        return true;
    }
}
