package dev.sluice.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * <p>Here are the transitions; {@link ReadyLanes} has what waits for a slot and hands it out, {@link LaneSums} the figures of
 * the groups, {@link OpenWindows} the lanes that gather.
 *
 * <p>Each transition costs O(1) per event; {@link #giveBack} costs O(open).
 */
final class Lanes {
    private final Map<Object, Lane> keyed = new HashMap<>();
    private final boolean batches;
    private final @Nullable OpenWindows windows;

    final OpenTasks open = new OpenTasks();
    final LaneSums sums;
    final ReadyLanes ready;

    /**
     * @param batches whether {@link ReadyLanes#takeBatch} is used instead of {@link ReadyLanes#take}
     * @param windows those of single keys, whose lanes get ready when their window closes; null: lanes are ready at once
     * @param room is told how many events are runnable
     */
    Lanes(boolean batches, @Nullable OpenWindows windows, Room room) {
        this.batches = batches;
        this.windows = windows;
        sums = new LaneSums(open, batches, windows, room);
        ready = new ReadyLanes(sums, windows != null);
    }

    /** Adds an event to the lane of its key, or to one of its own; false when it is blocked behind others. */
    boolean add(Task task, @Nullable Object key, long now) {
        var lane = key == null ? new Lane(null) : keyed.computeIfAbsent(key, Lane::new);
        task.lane(lane);
        task.state = Task.State.QUEUED;
        open.add(task);
        sums.uncount(lane);
        lane.append(task);
        if (windows != null) {
            joined(windows, lane, now);
        } else if (lane.state == Lane.State.EMPTY) {
            lane.readyNanos = now;
            lane.state = Lane.State.READY;
            ready.addLast(lane);
        }
        sums.count(lane);
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
        sums.uncount(lane);
        close(open, lane, now);
        sums.count(lane);
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
        sums.fly(lane, task);
    }

    /** Puts a waiting or parked first event in flight without a slot, as to try its dead letter again. */
    void fly(Task task) {
        var lane = task.lane();
        sums.resumes(task);
        sums.uncount(lane);
        if (lane.state == Lane.State.READY) {
            ready.remove(lane);
        } else if (windows != null) {
            windows.remove(lane);
        }
        lane.state = Lane.State.RUNNING;
        sums.fly(lane, task);
    }

    /**
     * Ends an event's flight: {@link Task.State#DONE} and {@link Task.State#RELEASED} forget it, {@link
     * Task.State#WAITING} and {@link Task.State#PARKED} hold its lane, {@link Task.State#QUEUED} makes it ready again
     * before all others.
     */
    void land(Task task, Task.State state, long now) {
        var lane = task.lane();
        task.state = state;
        sums.landed(lane, task);
        if (task.gone()) {
            open.remove(task);
        }
        if (lane.inFlight == 0) {
            reopen(lane, now, state == Task.State.QUEUED);
        }
    }

    /** A waiting event's time has come: its lane is ready again, behind the others. */
    void due(Task task, long now) {
        sums.resumes(task);
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
            sums.uncount(lane);
        }
        for (var task : given) {
            sums.resumes(task);
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
        sums.uncount(lane);
        sums.resumes(task);
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
            ready.leaveStale(lane);
            empty(lane);
        } else if (head.state != Task.State.QUEUED) {
            hold(lane);
        } else if (lane.state == Lane.State.WAITING) {
            becomeReady(lane, lane.readyNanos, false);
        } else {
            sums.count(lane);
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
        sums.count(lane);
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

    /** The windows of single keys; null where there are none. */
    @Nullable
    OpenWindows windows() {
        return windows;
    }

    /** Keys that have an open event. */
    int keys() {
        return keyed.size();
    }

    /** Events in flight that match, in no particular order. O(open). */
    List<Task> flying(Predicate<Task> which) {
        return open.matching(task -> !task.state.grounded() && which.test(task));
    }
}
