package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The next time at which a dispatcher has to look at its timers. A timer of the loop is only set when none that is set
 * fires in time, so that there are few of them however often a time is asked for. Of the home loop.
 */
final class WakeUp {
    private final Loop loop;
    private final Consumer<Signal> signals;
    /** The loop's timers that have not fired, the earliest first. */
    private final ArrayDeque<Long> timers = new ArrayDeque<>();

    private long dueNanos;
    private boolean set;

    /** @param signals takes what is to be handled once a timer has fired; the dispatcher takes a turn with it */
    WakeUp(Loop loop, Consumer<Signal> signals) {
        this.loop = loop;
        this.signals = signals;
    }

    /** Comes at the given time; one that is set for an earlier time stays. */
    void at(long nanos) {
        if (!set || nanos - dueNanos < 0) {
            set = true;
            dueNanos = nanos;
        }
        var first = timers.peekFirst();
        if (first == null || nanos - first < 0) {
            timers.addFirst(nanos);
            loop.schedule(() -> signals.accept(() -> fired(nanos)), Math.max(0, nanos - loop.nanos()));
        }
    }

    /** Whether the time has come; true once. */
    boolean isDue(long now) {
        var due = set && now - dueNanos >= 0;
        set &= !due;
        return due;
    }

    /** A timer has fired, and with it all that were set for an earlier time. */
    private void fired(long at) {
        for (var first = timers.peekFirst(); first != null && first - at <= 0; first = timers.peekFirst()) {
            timers.removeFirst();
        }
        if (set) {
            at(dueNanos);
        }
    }
}
