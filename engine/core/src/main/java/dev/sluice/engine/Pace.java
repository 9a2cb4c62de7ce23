package dev.sluice.engine;

/**
 * A token bucket, kept as the time at which it will be full again: no timer fills it, and each look at it costs O(1).
 * Who takes more than there is goes into debt, and nothing is to be had until that is paid. One thread at a time.
 *
 * @see <a href="https://www.itu.int/rec/T-REC-I.371/en">ITU-T I.371, the generic cell rate algorithm</a>
 */
final class Pace {
    private final long intervalNanos;
    private final int burst;
    private long fullNanos;

    Pace(Rate rate, long now) {
        intervalNanos = rate.intervalNanos();
        burst = rate.burst();
        fullNanos = now;
    }

    /** How many there are to be had now. */
    int available(long now) {
        var missing = Math.max(0, fullNanos - now);
        return (int) Math.max(0, (burst * intervalNanos - missing) / intervalNanos);
    }

    /** Takes that many, whatever there is. */
    void take(int n, long now) {
        fullNanos = (fullNanos - now > 0 ? fullNanos : now) + n * intervalNanos;
    }

    /** When there will be that many, at most the burst. */
    long dueNanos(int n) {
        return fullNanos - (long) (burst - Math.min(n, burst)) * intervalNanos;
    }

    /** Most that there can be. */
    int burst() {
        return burst;
    }
}
