package dev.sluice.engine.scaling;

/**
 * How fast a function gives up instances: at most half of them at once, and none for 10 s after any change, so that the
 * last one has shown what it does.
 */
final class Descent {
    private static final long PACE_NANOS = 10_000_000_000L;

    private boolean changed;
    private long changedNanos;

    /** The lowest that it may go to now. */
    int lowest(int from, long nowNanos) {
        var rested = !changed || nowNanos - changedNanos >= PACE_NANOS;
        return rested ? (from + 1) / 2 : from;
    }

    void changed(long nowNanos) {
        changed = true;
        changedNanos = nowNanos;
    }
}
