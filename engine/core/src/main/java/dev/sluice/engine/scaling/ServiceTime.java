package dev.sluice.engine.scaling;

/**
 * Slot-seconds that one event takes: leased slot-seconds by settled tries over 10 s, at most the timeout. Runs that
 * have not ended count in the first and not in the second, so a hang shows before it ends; yet in the first moments,
 * when few have ended, no event is taken for longer than there has been work. What was learned outlasts a pause of
 * the work, until slots have been in use three times as long with nothing settled.
 */
final class ServiceTime {
    private static final int DOUBTED_AFTER = 3;

    private final double timeoutSeconds;
    private double last = Double.NaN;
    private boolean seenUnused;
    private long unusedNanos;

    ServiceTime(ScaleLimits limits) {
        timeoutSeconds = limits.timeout().toNanos() / 1e9;
    }

    /** Seconds, NaN when unknown. */
    double observe(Load load) {
        var slots = load.slots();
        if (slots.leasedSeconds10s() <= 0) {
            seenUnused = true;
            unusedNanos = load.nowNanos();
        } else if (slots.settled10s() > 0) {
            var worked = seenUnused ? (load.nowNanos() - unusedNanos) / 1e9 : timeoutSeconds;
            last = Math.min(Math.min(timeoutSeconds, worked), slots.leasedSeconds10s() / slots.settled10s());
        } else if (slots.leasedSeconds10s() > DOUBTED_AFTER * last * Math.max(1, slots.leased())) {
            last = Double.NaN;
        }
        return last;
    }
}
