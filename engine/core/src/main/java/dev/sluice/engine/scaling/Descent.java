package dev.sluice.engine.scaling;

/** How fast a function gives up instances: at most half of them at once, and then none for 10 s. */
final class Descent {
    private static final long PACE_NANOS = 10_000_000_000L;

    private boolean lowered;
    private long loweredNanos;

    /** The lowest that it may go to now. */
    int lowest(int from, long nowNanos) {
        var rested = !lowered || nowNanos - loweredNanos >= PACE_NANOS;
        return rested ? (from + 1) / 2 : from;
    }

    void lowered(long nowNanos) {
        lowered = true;
        loweredNanos = nowNanos;
    }
}
