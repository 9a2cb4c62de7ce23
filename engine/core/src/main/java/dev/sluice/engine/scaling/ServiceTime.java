package dev.sluice.engine.scaling;

/**
 * Slot-seconds that one event takes: leased slot-seconds by settled tries over 10 s, at most the timeout. Runs that have
 * not ended count in the first and not in the second, so a hang shows before it ends. What was learned outlasts a pause
 * of the work, until slots have been in use three times as long with nothing settled.
 */
final class ServiceTime {
    private static final int DOUBTED_AFTER = 3;

    private final double timeoutSeconds;
    private double last = Double.NaN;

    ServiceTime(ScaleLimits limits) {
        timeoutSeconds = limits.timeout().toNanos() / 1e9;
    }

    /** Seconds, NaN when unknown. */
    double observe(Load.Slots slots) {
        if (slots.settled10s() > 0) {
            last = Math.min(timeoutSeconds, slots.leasedSeconds10s() / slots.settled10s());
        } else if (slots.leasedSeconds10s() > DOUBTED_AFTER * last * Math.max(1, slots.leased())) {
            last = Double.NaN;
        }
        return last;
    }
}
