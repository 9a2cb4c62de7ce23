package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;

/**
 * Lanes that wait for a slot, in the order in which they got ready, and what tries take from them: first come, first
 * served, in order within each lane. Pure: no clock, no thread, no I/O; one writer.
 *
 * <p>Each lane costs O(1), also those that were emptied while they stood here: they are left standing, and swept out
 * together.
 */
final class ReadyLanes {
    private static final int STALE_MIN = 64;

    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final LaneSums sums;
    private final boolean oneLane;
    /** Lanes that stand here and are not ready. */
    private int stale;

    /**
     * @param sums is told of what is taken
     * @param oneLane whether a batch is of one lane only, as a key's window is
     */
    ReadyLanes(LaneSums sums, boolean oneLane) {
        this.sums = sums;
        this.oneLane = oneLane;
    }

    /** A lane that is ready now has its turn after the others. */
    void addLast(Lane lane) {
        ready.addLast(lane);
    }

    /** A lane that is ready again has its turn before the others. */
    void addFirst(Lane lane) {
        ready.addFirst(lane);
    }

    /** A lane is not ready any more. O(ready): for the few that are not at the front. */
    void remove(Lane lane) {
        ready.remove(lane);
    }

    /** Whether an event waits for nothing but a slot. */
    boolean hasReady() {
        // Lanes whose events were all withdrawn are left standing there, since to look for them would cost O(ready).
        for (var lane = ready.peekFirst(); lane != null; lane = ready.peekFirst()) {
            if (lane.state == Lane.State.READY) {
                return true;
            }
            ready.removeFirst();
            stale--;
        }
        return false;
    }

    /** Since when the longest-waiting lane is ready; only while {@link #hasReady}. */
    long readySince() {
        var lane = ready.peekFirst();
        if (lane == null) {
            throw new IllegalStateException("no lane is ready");
        }
        return lane.readyNanos;
    }

    /** Whether the next batch must not grow, because it repeats one that failed as a whole, or a part of it. */
    boolean nextRepeats() {
        var lane = ready.peekFirst();
        return lane != null && lane.head != null && lane.head.repeats();
    }

    /** Takes the first event of the lane that has been ready longest; its lane runs until the event leaves. */
    Task take() {
        var lane = ready.removeFirst();
        sums.uncount(lane);
        lane.state = Lane.State.RUNNING;
        var head = lane.first();
        sums.fly(lane, head);
        return head;
    }

    /**
     * Takes up to {@code max} events of ready lanes, whole lanes first come first served, in order within each; of one
     * lane only where keys have windows of their own. A window that is to be repeated is taken as it was.
     */
    void takeBatch(int max, List<Task> into) {
        var limit = max;
        while (into.size() < limit && hasReady() && (!oneLane || into.isEmpty())) {
            var lane = ready.getFirst();
            var head = lane.first();
            var repetition = head.repetition();
            if (repetition != null) {
                if (into.isEmpty()) {
                    takeAgain(repetition, into);
                }
                return;
            }
            if (Math.min(limit, head.batchMax) <= into.size()) {
                return;
            }
            ready.removeFirst();
            sums.uncount(lane);
            lane.state = Lane.State.RUNNING;
            for (var task = head; task != null && into.size() < limit; task = task.nextInLane) {
                // One that could not be read may be parked in the middle of its lane; those behind it wait for it.
                if (task.state != Task.State.QUEUED
                        || task.repetition() != null
                        || Math.min(limit, task.batchMax) <= into.size()) {
                    break;
                }
                limit = Math.min(limit, task.batchMax);
                sums.fly(lane, task);
                into.add(task);
                if (task.reason != null) {
                    // It gets no run but a dead letter, and its key waits for that.
                    break;
                }
            }
        }
    }

    /** Takes a window's events that are left, ready and next of their key; what is not stays for another repetition. */
    private void takeAgain(Task.Wait repetition, List<Task> into) {
        for (var task : Objects.requireNonNull(repetition.window)) {
            var lane = task.lane();
            if (task.repetition() != repetition || lane.state != Lane.State.READY || lane.head != task) {
                continue;
            }
            if (ready.peekFirst() == lane) {
                ready.removeFirst();
            } else {
                // They got ready one after another, so this is for the few that something came between.
                ready.remove(lane);
            }
            sums.uncount(lane);
            lane.state = Lane.State.RUNNING;
            for (var next = task; next != null && next.repetition() == repetition; next = next.nextInLane) {
                next.wait = null;
                sums.fly(lane, next);
                into.add(next);
            }
        }
    }

    /** A ready lane has lost its last event; when such lanes outnumber the others, they are swept out together. */
    void leaveStale(Lane lane) {
        if (lane.state != Lane.State.READY) {
            return;
        }
        lane.state = Lane.State.EMPTY;
        stale++;
        if (stale > STALE_MIN && stale > ready.size() / 2) {
            ready.removeIf(each -> each.state == Lane.State.EMPTY);
            stale = 0;
        }
    }

    /** Lanes here, those included that were emptied and not swept out yet. */
    int size() {
        return ready.size();
    }
}
