package dev.sluice.engine.scaling;

import java.util.ArrayDeque;

/** From 0 to 1 by KEDA every 30 s, from 1 on by the HPA every 15 s, down by the highest wish of 300 s. */
final class LagThresholdRule implements ScalingRule {
    private static final long POLL_NANOS = 30_000_000_000L;
    private static final long SYNC_NANOS = 15_000_000_000L;
    private static final long STABILISATION_NANOS = 300_000_000_000L;
    private static final long COOLDOWN_NANOS = 300_000_000_000L;
    private static final double LAG_THRESHOLD = 10;
    private static final double TOLERANCE = 0.1;
    private static final int ADDED_MAX = 4;

    private final ScaleLimits limits;
    private final ArrayDeque<Wish> wishes = new ArrayDeque<>();
    private boolean begun;
    private long polledNanos;
    private long syncedNanos;
    private long activeNanos;
    private int to;

    private record Wish(long nanos, int instances) {}

    LagThresholdRule(ScaleLimits limits) {
        this.limits = limits;
        to = limits.min();
    }

    @Override
    public Decision decide(Load load) {
        var now = load.nowNanos();
        var lag = load.backlog().lagEvents();
        if (load.backlog().lagKnown()) {
            if (!begun || now - polledNanos >= POLL_NANOS) {
                polledNanos = now;
                poll(now, lag);
            }
            if (!begun || now - syncedNanos >= SYNC_NANOS) {
                syncedNanos = now;
                sync(now, lag);
            }
            begun = true;
        }
        return Decision.of(load, to, Reason.NEED, () -> lag + " behind, " + (int) LAG_THRESHOLD + " per instance");
    }

    private void poll(long now, long lag) {
        if (lag > 0 || !begun) {
            activeNanos = now;
        }
        if (lag > 0 && to == 0) {
            to = 1;
        } else if (to > 0 && limits.min() == 0 && now - activeNanos >= COOLDOWN_NANOS) {
            to = 0;
            wishes.clear();
        }
    }

    private void sync(long now, long lag) {
        if (to == 0) {
            return;
        }
        var ratio = lag / (to * LAG_THRESHOLD);
        var desired = Math.abs(ratio - 1) <= TOLERANCE ? to : (int) Math.ceil(lag / LAG_THRESHOLD);
        desired = Math.max(Math.max(1, limits.min()), Math.min(limits.max(), desired));
        wishes.addLast(new Wish(now, desired));
        while (now - wishes.getFirst().nanos() > STABILISATION_NANOS) {
            wishes.removeFirst();
        }
        if (desired > to) {
            to = Math.min(desired, Math.max(to + ADDED_MAX, 2 * to));
        } else {
            var highest = wishes.stream().mapToInt(Wish::instances).max().orElse(desired);
            to = Math.min(to, highest);
        }
    }
}
