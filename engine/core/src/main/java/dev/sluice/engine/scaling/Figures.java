package dev.sluice.engine.scaling;

import java.util.Arrays;
import java.util.List;

/**
 * What a policy's run is judged by; less is better for all of them.
 *
 * @param drainSeconds the longest time that events stood waiting which had waited a second already
 * @param slotSeconds slots of all instances that were starting, ready or draining, by the time that they were
 * @param waitP99Seconds how long an event waited for its slot, 99 of 100 no longer
 * @param directionChanges how often the number of wanted slots turned from up to down or back
 */
public record Figures(double drainSeconds, double slotSeconds, double waitP99Seconds, int directionChanges) {
    private static final long LATE_NANOS = 1_000_000_000L;

    static Figures of(
            SimEvents events, long[] startedNanos, long end, double slotSeconds, List<ScalingSimulation.Row> rows) {
        var waits = new long[events.count];
        var longest = 0L;
        var from = 0L;
        var to = 0L;
        for (var i = 0; i < events.count; i++) {
            var arrival = events.arrivalNanos(i);
            var started = startedNanos[i] == 0 && arrival > 0 ? end : startedNanos[i];
            waits[i] = started - arrival;
            if (waits[i] > LATE_NANOS) {
                if (arrival + LATE_NANOS > to) {
                    from = arrival + LATE_NANOS;
                }
                to = Math.max(to, started);
                longest = Math.max(longest, to - from);
            }
        }
        Arrays.sort(waits);
        var p99 = waits.length == 0 ? 0 : waits[(int) Math.min(waits.length - 1, Math.ceil(0.99 * waits.length))];
        return new Figures(longest / 1e9, slotSeconds, p99 / 1e9, directionChanges(rows));
    }

    private static int directionChanges(List<ScalingSimulation.Row> rows) {
        var changes = 0;
        var direction = 0;
        for (var i = 1; i < rows.size(); i++) {
            var now = Integer.signum(rows.get(i).wanted() - rows.get(i - 1).wanted());
            if (now != 0 && direction != 0 && now != direction) {
                changes++;
            }
            direction = now != 0 ? now : direction;
        }
        return changes;
    }
}
