package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/**
 * How many of a trigger's open events are in which group, and what they hold. A lane is taken out before it changes and
 * counted again afterwards, so that no transition has to know what it moves. One writer; read by anyone, figures may be of
 * slightly different moments.
 */
final class LaneSums {
    private final OpenTasks open;
    private final boolean batches;
    private final @Nullable OpenWindows windows;
    private final Room room;

    private int runnable;
    private long runnableBytes;
    private int inFlight;
    private long inFlightBytes;
    private int waiting;
    private int parked;

    /**
     * @param open all of them
     * @param batches whether all events of a ready lane are runnable, or the first alone
     * @param windows those of single keys, which count what gathers; null where there are none
     * @param room is told how many events are runnable
     */
    LaneSums(OpenTasks open, boolean batches, @Nullable OpenWindows windows, Room room) {
        this.open = open;
        this.batches = batches;
        this.windows = windows;
        this.room = room;
    }

    /** A lane stands in its state, with its events. */
    void count(Lane lane) {
        if (lane.state == Lane.State.READY && lane.head != null) {
            var events = batches ? lane.size : 1;
            runnable += events;
            room.runnable(events);
            runnableBytes += batches ? lane.bytes : lane.head.bytes;
        } else if (lane.state == Lane.State.GATHERING && windows != null) {
            windows.count(lane);
        }
    }

    /** A lane is about to change. */
    void uncount(Lane lane) {
        if (lane.state == Lane.State.READY && lane.head != null) {
            var events = batches ? lane.size : 1;
            runnable -= events;
            room.runnable(-events);
            runnableBytes -= batches ? lane.bytes : lane.head.bytes;
        } else if (lane.state == Lane.State.GATHERING && windows != null) {
            windows.uncount(lane);
        }
    }

    /** The lane's next event runs, or is being settled. */
    void fly(Lane lane, Task task) {
        task.state = Task.State.IN_FLIGHT;
        lane.inFlight++;
        inFlight++;
        inFlightBytes += task.bytes;
    }

    /** An event of the lane is in flight no more, but in another state. */
    void landed(Lane lane, Task task) {
        lane.inFlight--;
        inFlight--;
        inFlightBytes -= task.bytes;
        switch (task.state) {
            case WAITING -> waiting++;
            case PARKED -> parked++;
            default -> {}
        }
    }

    /** An event that may be in back-off or parked is about to be neither. */
    void resumes(Task task) {
        if (task.state == Task.State.WAITING) {
            waiting--;
        } else if (task.state == Task.State.PARKED) {
            parked--;
        }
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
}
