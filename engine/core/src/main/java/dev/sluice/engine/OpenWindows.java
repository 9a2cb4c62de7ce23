package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/**
 * The windows of one trigger that wait for more events of their key: a lane each. One closes when it is full, when its
 * time has come, or, the oldest first, when there are more of them or they hold more than there may be. Pure: no clock, no
 * thread, no I/O; one writer.
 *
 * <p>Each transition costs O(1): windows are opened in the order of their times, or nearly so.
 */
final class OpenWindows {
    /** A window's place in the order of times. */
    static final class Window extends TimerList.Node<Window> {
        final Lane lane;

        Window(Lane lane) {
            this.lane = lane;
        }
    }

    private final TimerList<Window> byTime = new TimerList<>();
    private final int eventsMax;
    private final long bytesMax;
    private int size;
    private long withinNanos;
    private int openMax;

    private long closedEarly;
    private int open;
    private int events;
    private long bytes;

    /**
     * @param eventsMax events of all open windows
     * @param bytesMax what these hold
     */
    OpenWindows(int eventsMax, long bytesMax) {
        this.eventsMax = eventsMax;
        this.bytesMax = bytesMax;
    }

    /** From now on windows are held to this; those open keep their time. */
    void policy(WindowPolicy policy) {
        size = policy.size();
        withinNanos = policy.within().toNanos();
        openMax = policy.openMax();
    }

    /** Whether the lane's events have to wait for others: not those of a window that failed, and not as many as fill one. */
    boolean gathers(Lane lane) {
        var head = lane.head;
        return head != null && !head.repeats() && lane.size < size;
    }

    /** Opens a window for a lane whose first event came at the given time. */
    void open(Lane lane, long since) {
        var window = new Window(lane);
        lane.window = window;
        lane.state = Lane.State.GATHERING;
        byTime.add(window, since + withinNanos);
        open++;
    }

    /** The lane has no open window any more. */
    void remove(Lane lane) {
        var window = lane.window;
        if (window != null) {
            byTime.remove(window);
            lane.window = null;
            open--;
        }
    }

    /** Whether an open window need not wait for its time. */
    boolean full(Lane lane) {
        return lane.size >= size;
    }

    /** The oldest open window's lane, to be closed early, while more is open than there may be; else null. */
    @Nullable
    Lane overfull() {
        if (open <= openMax && events <= eventsMax && bytes <= bytesMax) {
            return null;
        }
        closedEarly++;
        return oldest();
    }

    /** Windows that were closed before they were full and before their time, to make room. */
    long closedEarly() {
        return closedEarly;
    }

    /** The oldest open window's lane; null when none is open. */
    private @Nullable Lane oldest() {
        var window = byTime.first();
        return window == null ? null : window.lane;
    }

    /** A lane whose window's time has come; null when there is none. */
    @Nullable
    Lane due(long now) {
        return byTime.isEmpty() || byTime.firstDue() - now > 0 ? null : oldest();
    }

    boolean isEmpty() {
        return open == 0;
    }

    /** When the next window closes; only while not empty. */
    long firstDue() {
        return byTime.firstDue();
    }

    void count(Lane lane) {
        events += lane.size;
        bytes += lane.bytes;
    }

    void uncount(Lane lane) {
        events -= lane.size;
        bytes -= lane.bytes;
    }

    /** Windows that are open. */
    int open() {
        return open;
    }

    /** Their events. */
    int events() {
        return events;
    }

    /** What these hold. */
    long bytes() {
        return bytes;
    }
}
