package dev.sluice.engine;

import java.util.concurrent.TimeUnit;

/**
 * Caps the slots that a function may use at once, where more of them only make each run take longer. Pure: no clock, no
 * thread; one caller.
 *
 * <p>By gradient of latency, an idea of Netflix' <a
 * href="https://github.com/Netflix/concurrency-limits">concurrency-limits</a>: the mean run of a window is held against
 * the mean run at little concurrency. While the quotient is below {@link #TOLERANCE} the cap grows by half its square root
 * a window, at first by doubling; above, it shrinks in proportion. What little concurrency means is found anew every 30 s by
 * a probe: the cap is halved for one window. Below the knee of the curve that costs nothing and shows the run's own time;
 * beyond it, runs get faster, and the cap comes down.
 *
 * <pre>
 *   cap' = cap x clamp(tolerance x base / latency, 1/2, 1) + sqrt(cap) / 2     only when the cap was reached
 * </pre>
 *
 * A window begins once the runs that were under way when the cap changed can have ended; it lasts half a second and 30
 * runs, 10 s at most.
 */
final class AdaptiveSlots {
    static final int START = 16;
    private static final int MIN = 2;
    private static final double TOLERANCE = 1.5;
    private static final double REACHED = 0.9;
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long WINDOW_MAX_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int RUNS_MIN = 30;
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SETTLE_MAX_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final int max;
    private double cap;
    private boolean doubling = true;
    private boolean probing;
    private double capBeforeProbe;
    private long probedNanos;
    private double baseNanos = Double.NaN;
    private double latencyNanos;

    private boolean begun;
    private long windowNanos;
    private long windowRuns;
    private long windowRunNanos;
    private boolean reached;

    /** @param max the slots that there may be */
    AdaptiveSlots(int max) {
        this.max = max;
        cap = Math.min(START, max);
    }

    /** Slots that may be in use. */
    int cap() {
        return (int) Math.round(cap);
    }

    /** Whether runs were seen to take longer with more slots; until then the cap is where it began, or still doubles. */
    boolean found() {
        return !doubling;
    }

    /**
     * Looks at what the slots did; to be called every 100 ms or so.
     *
     * @param leased slots in use now
     * @param runs runs that ended so far
     * @param runNanos the sum of their durations
     * @return whether the cap has changed
     */
    boolean observe(long nowNanos, int leased, long runs, long runNanos) {
        if (!begun) {
            begun = true;
            probedNanos = nowNanos;
            begin(nowNanos, runs, runNanos);
            return false;
        }
        if (nowNanos - windowNanos < 0) {
            // Runs of the cap that was before are still among those that end.
            windowRuns = runs;
            windowRunNanos = runNanos;
            return false;
        }
        reached |= leased >= REACHED * cap();
        var count = runs - windowRuns;
        var nanos = nowNanos - windowNanos;
        if (nanos < WINDOW_NANOS || (count < RUNS_MIN && nanos < WINDOW_MAX_NANOS)) {
            return false;
        }
        var before = cap();
        if (count > 0) {
            judge(nowNanos, (runNanos - windowRunNanos) / (double) count);
        } else {
            endProbe();
        }
        begin(nowNanos, runs, runNanos);
        if (cap() != before) {
            windowNanos = nowNanos + (long) Math.min((double) SETTLE_MAX_NANOS, latencyNanos);
        }
        return cap() != before;
    }

    private void begin(long nowNanos, long runs, long runNanos) {
        windowNanos = nowNanos;
        windowRuns = runs;
        windowRunNanos = runNanos;
        reached = false;
    }

    private void judge(long nowNanos, double latency) {
        latencyNanos = latency;
        if (probing) {
            baseNanos = latency;
            endProbe();
            return;
        }
        if (Double.isNaN(baseNanos)) {
            baseNanos = latency;
        } else if (latency < baseNanos) {
            // Slowly, or the least of many windows, which is chance, would stand for the run's own time.
            baseNanos += (latency - baseNanos) / 5;
        }
        if (!reached) {
            return;
        }
        var gradient = Math.max(0.5, Math.min(1, TOLERANCE * baseNanos / latency));
        doubling &= gradient == 1;
        cap = clamp(doubling ? 2 * cap : cap * gradient + Math.sqrt(cap) / 2);
        if (nowNanos - probedNanos >= PROBE_NANOS) {
            probing = true;
            probedNanos = nowNanos;
            capBeforeProbe = cap;
            cap = clamp(cap / 2);
        }
    }

    private void endProbe() {
        if (probing) {
            probing = false;
            cap = capBeforeProbe;
        }
    }

    private double clamp(double slots) {
        return Math.max(Math.min(MIN, max), Math.min(max, slots));
    }
}
