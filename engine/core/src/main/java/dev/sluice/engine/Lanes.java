package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One trigger's open events, ordered by key. Pure: no clock, no thread, no I/O; one writer.
 *
 * <p>Every open event is in exactly one lane and in exactly one of these groups: <em>runnable</em> (waits for a slot
 * only), <em>in flight</em> (runs or is being settled), <em>blocked</em> (behind its key, in back-off or parked). A lane
 * is ready, running or waiting as a whole; so at most one try of a key is in flight. An event without a key has a lane
 * of its own. In batch mode all events of a ready lane are runnable, since one batch may take them together.
 *
 * <p>Each transition costs O(1) per event; {@link #giveBack} costs O(open).
 *
 * <p>Longer than a file should be: every transition moves sums of several groups at once, and one that is read without the
 * others can't be checked.
 */
final class Lanes {
    private static final int STALE_MIN = 64;

    private final Map<Object, Lane> keyed = new HashMap<>();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final boolean batches;
    private final @Nullable OpenWindows windows;
    private final Room room;

    private final OpenTasks open = new OpenTasks();
    private int runnable;
    private long runnableBytes;
    private int inFlight;
    private long inFlightBytes;
    private int waiting;
    /** Lanes in {@link #ready} that are not. */
    private int stale;

    private int parked;

    /**
     * @param batches whether {@link #takeBatch} is used instead of {@link #take}
     * @param windows those of single keys, whose lanes get ready when their window closes; null: lanes are ready at once
     * @param room is told how many events are runnable
     */
    Lanes(boolean batches, @Nullable OpenWindows windows, Room room) {
        this.batches = batches;
        this.windows = windows;
        this.room = room;
    }

    /** Adds an event to the lane of its key, or to one of its own; false when it is blocked behind others. */
    boolean add(Task task, @Nullable Object key, long now) {
        var lane = key == null ? new Lane(null) : keyed.computeIfAbsent(key, Lane::new);
        task.lane(lane);
        task.state = Task.State.QUEUED;
        open.add(task);
        uncount(lane);
        lane.append(task);
        if (windows != null) {
            joined(windows, lane, now);
        } else if (lane.state == Lane.State.EMPTY) {
            lane.readyNanos = now;
            lane.state = Lane.State.READY;
            ready.addLast(lane);
        }
        count(lane);
        if (windows != null) {
            closeOverfull(windows, now);
        }
        return lane.state == Lane.State.READY && (batches || lane.head == task);
    }

    /** An event has joined the lane, whose window it may open or fill. */
    private void joined(OpenWindows open, Lane lane, long now) {
        if (lane.state == Lane.State.EMPTY) {
            lane.readyNanos = now;
            open.open(lane, now);
        } else if (lane.size == lane.inFlight + 1) {
            lane.readyNanos = now;
        }
        if (lane.state == Lane.State.GATHERING && open.full(lane)) {
            close(open, lane, now);
        }
    }

    private void close(OpenWindows open, Lane lane, long now) {
        open.remove(lane);
        lane.state = Lane.State.READY;
        lane.readyNanos = now;
        ready.addLast(lane);
    }

    private void closeOverfull(OpenWindows open, long now) {
        for (var lane = open.overfull(); lane != null; lane = open.overfull()) {
            closeCounted(open, lane, now);
        }
    }

    private void closeCounted(OpenWindows open, Lane lane, long now) {
        uncount(lane);
        close(open, lane, now);
        count(lane);
    }

    /** Closes the windows whose time has come. */
    void closeDue(long now) {
        if (windows != null) {
            for (var lane = windows.due(now); lane != null; lane = windows.due(now)) {
                closeCounted(windows, lane, now);
            }
        }
    }

    /** Adds an event that never waits for a slot, straight in flight: one that is settled without a run. */
    void addInFlight(Task task) {
        var lane = new Lane(null);
        task.lane(lane);
        open.add(task);
        lane.append(task);
        lane.state = Lane.State.RUNNING;
        fly(lane, task);
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
        uncount(lane);
        lane.state = Lane.State.RUNNING;
        var head = lane.first();
        fly(lane, head);
        return head;
    }

    /**
     * Takes up to {@code max} events of ready lanes, whole lanes first come first served, in order within each; of one
     * lane only where keys have windows of their own. A window that is to be repeated is taken as it was.
     */
    void takeBatch(int max, List<Task> into) {
        var limit = max;
        while (into.size() < limit && hasReady() && (windows == null || into.isEmpty())) {
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
            uncount(lane);
            lane.state = Lane.State.RUNNING;
            for (var task = head; task != null && into.size() < limit; task = task.nextInLane) {
                // One that could not be read may be parked in the middle of its lane; those behind it wait for it.
                if (task.state != Task.State.QUEUED
                        || task.repetition() != null
                        || Math.min(limit, task.batchMax) <= into.size()) {
                    break;
                }
                limit = Math.min(limit, task.batchMax);
                fly(lane, task);
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
            uncount(lane);
            lane.state = Lane.State.RUNNING;
            for (var next = task; next != null && next.repetition() == repetition; next = next.nextInLane) {
                next.wait = null;
                fly(lane, next);
                into.add(next);
            }
        }
    }

    /** Puts a waiting or parked first event in flight without a slot, as to try its dead letter again. */
    void fly(Task task) {
        var lane = task.lane();
        leaveGroup(task);
        uncount(lane);
        if (lane.state == Lane.State.READY) {
            ready.remove(lane);
        } else if (windows != null) {
            windows.remove(lane);
        }
        lane.state = Lane.State.RUNNING;
        fly(lane, task);
    }

    /**
     * Ends an event's flight: {@link Task.State#DONE} and {@link Task.State#RELEASED} forget it, {@link
     * Task.State#WAITING} and {@link Task.State#PARKED} hold its lane, {@link Task.State#QUEUED} makes it ready again
     * before all others.
     */
    void land(Task task, Task.State state, long now) {
        var lane = task.lane();
        task.state = state;
        lane.inFlight--;
        inFlight--;
        inFlightBytes -= task.bytes;
        switch (state) {
            case WAITING -> waiting++;
            case PARKED -> parked++;
            case DONE, RELEASED -> open.remove(task);
            default -> {}
        }
        if (lane.inFlight == 0) {
            reopen(lane, now, state == Task.State.QUEUED);
        }
    }

    /** A waiting event's time has come: its lane is ready again, behind the others. */
    void due(Task task, long now) {
        leaveGroup(task);
        task.state = Task.State.QUEUED;
        var lane = task.lane();
        // In a batch's lane others may still be in flight, or stand ready before it.
        if (lane.inFlight == 0 && lane.state == Lane.State.WAITING) {
            reopen(lane, now, false);
        }
    }

    /** Forgets all events that match and are not in flight, and returns them in no particular order. */
    List<Task> giveBack(Predicate<Task> which, long now) {
        var given = open.matching(task -> task.state.grounded() && which.test(task));
        var lanes = new LinkedHashSet<Lane>();
        for (var task : given) {
            lanes.add(task.lane());
        }
        for (var lane : lanes) {
            uncount(lane);
        }
        for (var task : given) {
            leaveGroup(task);
            task.state = Task.State.RELEASED;
            open.remove(task);
        }
        for (var lane : lanes) {
            restore(lane);
        }
        if (windows != null) {
            // Not before each of them is counted again: one of them may be the window to close.
            closeOverfull(windows, now);
        }
        return given;
    }

    /** Forgets one event unless it is in flight, as when its caller is gone. O(1) for an event with a lane of its own. */
    boolean withdraw(Task task) {
        if (!task.state.grounded()) {
            return false;
        }
        var lane = task.lane();
        uncount(lane);
        leaveGroup(task);
        task.state = Task.State.RELEASED;
        open.remove(task);
        restore(lane);
        return true;
    }

    /** After events were taken out of a lane: its state follows from its new first event. */
    private void restore(Lane lane) {
        lane.sweep();
        if (lane.inFlight > 0) {
            return;
        }
        var head = lane.head;
        if (head == null) {
            leaveStale(lane);
            empty(lane);
        } else if (head.state != Task.State.QUEUED) {
            hold(lane);
        } else if (lane.state == Lane.State.WAITING) {
            becomeReady(lane, lane.readyNanos, false);
        } else {
            count(lane);
        }
    }

    /** What is first in the lane now, one of a batch that was taken apart, waits for its time and not for a slot. */
    private void hold(Lane lane) {
        if (lane.state == Lane.State.READY) {
            // Few come here: another of the key stood ready before it, and its partition alone went elsewhere.
            ready.remove(lane);
        } else if (windows != null) {
            windows.remove(lane);
        }
        lane.state = Lane.State.WAITING;
    }

    /** A ready lane has lost its last event; when such lanes outnumber the others, they are swept out together. */
    private void leaveStale(Lane lane) {
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

    private void reopen(Lane lane, long now, boolean first) {
        if (batches) {
            lane.sweep();
        } else {
            lane.sweepHead();
        }
        var head = lane.head;
        if (head == null) {
            empty(lane);
            return;
        }
        if (head.state != Task.State.QUEUED) {
            lane.state = Lane.State.WAITING;
            return;
        }
        becomeReady(lane, windows == null ? now : lane.readyNanos, first);
        if (windows != null) {
            closeOverfull(windows, now);
        }
    }

    /** A lane's first event waits for a slot only, or for its window's other events. */
    private void becomeReady(Lane lane, long since, boolean first) {
        if (windows != null && !first && windows.gathers(lane)) {
            windows.open(lane, since);
        } else {
            lane.state = Lane.State.READY;
            lane.readyNanos = since;
            if (first) {
                ready.addFirst(lane);
            } else {
                ready.addLast(lane);
            }
        }
        count(lane);
    }

    private void empty(Lane lane) {
        if (windows != null) {
            windows.remove(lane);
        }
        lane.state = Lane.State.EMPTY;
        if (lane.key != null) {
            keyed.remove(lane.key);
        }
    }

    private void fly(Lane lane, Task task) {
        task.state = Task.State.IN_FLIGHT;
        lane.inFlight++;
        inFlight++;
        inFlightBytes += task.bytes;
    }

    private void leaveGroup(Task task) {
        if (task.state == Task.State.WAITING) {
            waiting--;
        } else if (task.state == Task.State.PARKED) {
            parked--;
        }
    }

    private void count(Lane lane) {
        if (lane.state == Lane.State.READY && lane.head != null) {
            var events = batches ? lane.size : 1;
            runnable += events;
            room.runnable(events);
            runnableBytes += batches ? lane.bytes : lane.head.bytes;
        } else if (lane.state == Lane.State.GATHERING && windows != null) {
            windows.count(lane);
        }
    }

    private void uncount(Lane lane) {
        if (lane.state == Lane.State.READY && lane.head != null) {
            var events = batches ? lane.size : 1;
            runnable -= events;
            room.runnable(-events);
            runnableBytes -= batches ? lane.bytes : lane.head.bytes;
        } else if (lane.state == Lane.State.GATHERING && windows != null) {
            windows.uncount(lane);
        }
    }

    /** Lanes in the queue of ready ones, those included that were emptied there and not swept out yet. */
    int readyLanes() {
        return ready.size();
    }

    /** Events not settled. */
    int open() {
        return open.size();
    }

    /** What they hold. */
    long openBytes() {
        return open.bytes();
    }

    /** Events that wait for a slot only. */
    int runnable() {
        return runnable;
    }

    /** Events that run or are being settled. */
    int inFlight() {
        return inFlight;
    }

    /** Events behind their key, in back-off or parked. */
    int blocked() {
        return open.size() - runnable - inFlight;
    }

    /** Events that wait for one before them of their own key. */
    int behindKeys() {
        // In batch mode one that is parked in the middle of a ready lane counts as runnable and as parked.
        return Math.max(0, blocked() - waiting - parked - (windows == null ? 0 : windows.events()));
    }

    /** The windows of single keys; null where there are none. */
    @Nullable
    OpenWindows windows() {
        return windows;
    }

    /** Keys that have an open event. */
    int keys() {
        return keyed.size();
    }

    /** What the blocked ones hold. */
    long blockedBytes() {
        return open.bytes() - runnableBytes - inFlightBytes;
    }

    /** Events in back-off. */
    int waiting() {
        return waiting;
    }

    /** Events whose dead letter could not be stored. */
    int parked() {
        return parked;
    }

    /** Whether an event of the partition is open. O(open): for revocations only. */
    boolean holds(int partition) {
        return open.holds(partition);
    }

    /** Open events that match, in no particular order. O(open): for those who ask about one. */
    List<Task> open(Predicate<Task> which) {
        return open.matching(which);
    }

    /** Events in flight that match, in no particular order. O(open). */
    List<Task> flying(Predicate<Task> which) {
        return open.matching(task -> !task.state.grounded() && which.test(task));
    }
}
