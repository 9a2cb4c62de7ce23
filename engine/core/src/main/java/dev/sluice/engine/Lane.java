package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/** The events of one key, in order. The first {@link #inFlight} of them run or are being settled. */
final class Lane {
    /** What the lane waits for. */
    enum State {
        /** Other events of its window. */
        GATHERING,
        /** A slot. */
        READY,
        /** The events in flight. */
        RUNNING,
        /** The time of its first event's next try. */
        WAITING,
        /** An event; the lane is forgotten. */
        EMPTY
    }

    final @Nullable Object key;
    State state = State.EMPTY;

    @Nullable
    Task head;

    @Nullable
    Task tail;

    int size;
    long bytes;
    int inFlight;

    /** Since when it has been ready; while it runs and where windows have keys, since when its first event behind waits. */
    long readyNanos;

    /** Its open window, while it gathers. */
    OpenWindows.@Nullable Window window;

    Lane(@Nullable Object key) {
        this.key = key;
    }

    /** Its first event; only while it has one. */
    Task first() {
        if (head == null) {
            throw new IllegalStateException("ready lane without an event");
        }
        return head;
    }

    void append(Task task) {
        var last = tail;
        if (last == null) {
            head = task;
        } else {
            last.nextInLane = task;
        }
        tail = task;
        size++;
        bytes += task.bytes;
    }

    /** Whether an event before this one waits for something. O(n) of those before it, which a batch took with it. */
    boolean waitsBefore(Task task) {
        for (var each = head; each != null && each != task; each = each.nextInLane) {
            if (each.state == Task.State.WAITING) {
                return true;
            }
        }
        return false;
    }

    /** Forgets every event that is settled or given back. O(n) of those it holds, for batches; O(1) for the first. */
    void sweep() {
        while (head != null && head.gone()) {
            unlinkHead(head);
        }
        if (head == null) {
            return;
        }
        var before = head;
        for (var task = before.nextInLane; task != null; task = before.nextInLane) {
            if (!task.gone()) {
                before = task;
                continue;
            }
            before.nextInLane = task.nextInLane;
            task.nextInLane = null;
            size--;
            bytes -= task.bytes;
        }
        tail = before;
    }

    /** As {@link #sweep}, when only the first event can be gone. */
    void sweepHead() {
        if (head != null && head.gone()) {
            unlinkHead(head);
        }
    }

    private void unlinkHead(Task task) {
        head = task.nextInLane;
        task.nextInLane = null;
        if (head == null) {
            tail = null;
        }
        size--;
        bytes -= task.bytes;
    }
}
