package dev.sluice.engine.scaling;

import java.util.Locale;

/** KPA's rule for one function. An instance is its pod, the slots of one its container concurrency. */
final class KnativeRule implements ScalingRule {
    private static final long TICK_NANOS = 2_000_000_000L;
    private static final long STABLE_WINDOW_NANOS = 60_000_000_000L;
    private static final long GRACE_NANOS = 30_000_000_000L;
    private static final double UTILISATION = 0.7;
    private static final double TARGET_MIN = 0.01;
    private static final double PANIC_THRESHOLD = 2;
    private static final double UP_RATE_MAX = 1_000;
    private static final double DOWN_RATE_MAX = 2;

    private final ScaleLimits limits;
    private final double target;
    private boolean ticked;
    private long tickNanos;
    private boolean panicking;
    private long panicNanos;
    private int panicMax;
    private boolean active;
    private long activeNanos;
    private boolean unneeded;
    private long unneededNanos;
    private Proposal last = new Proposal(0, Reason.NEED, () -> "nothing was measured yet");

    KnativeRule(ScaleLimits limits) {
        this.limits = limits;
        target = Math.max(TARGET_MIN, limits.concurrency() * UTILISATION);
    }

    @Override
    public Decision decide(Load load) {
        var now = load.nowNanos();
        var poked = load.instances().wanted() == 0 && load.backlog().here() > 0;
        if (!ticked || poked || now - tickNanos >= TICK_NANOS) {
            ticked = true;
            tickNanos = now;
            last = bounded(poked ? firstOne(load) : withZero(load, desired(load)));
        }
        return Decision.of(load, last.to(), last.reason(), last.words());
    }

    /** The activator holds the first request and wakes the autoscaler with a concurrency of one. */
    private Proposal firstOne(Load load) {
        active = true;
        activeNanos = load.nowNanos();
        unneeded = false;
        return new Proposal(1, Reason.NEED, () -> "the first event since zero");
    }

    private Proposal desired(Load load) {
        var now = load.nowNanos();
        var pods = Math.max(1, load.instances().ready());
        var stable = load.slots().askedMean60s();
        var panic = load.slots().askedMean6s();
        var forPanic = Math.ceil(panic / target);
        var over = forPanic / pods >= PANIC_THRESHOLD;
        if (over) {
            panicking = true;
            panicNanos = now;
        } else if (panicking && now - panicNanos > STABLE_WINDOW_NANOS) {
            panicking = false;
            panicMax = 0;
        }
        var desired = withinRates(Math.ceil(stable / target), pods);
        if (panicking) {
            panicMax = Math.max(panicMax, Math.max(desired, withinRates(forPanic, pods)));
            desired = panicMax;
        }
        return new Proposal(
                desired,
                panicking ? Reason.PANIC : Reason.NEED,
                () -> String.format(
                        Locale.ROOT,
                        "%.1f in work over 60 s, %.1f over 6 s, %.1f wanted per instance",
                        stable,
                        panic,
                        target));
    }

    private static int withinRates(double desired, int pods) {
        var up = Math.ceil(UP_RATE_MAX * pods);
        var down = Math.floor(pods / DOWN_RATE_MAX);
        return (int) Math.max(down, Math.min(up, desired));
    }

    /** Zero only after the stable window since it became active, and the grace period after that. */
    private Proposal withZero(Load load, Proposal desired) {
        var now = load.nowNanos();
        if (desired.to() > 0 || load.instances().wanted() == 0) {
            unneeded = false;
            return desired;
        }
        if (active && now - activeNanos < STABLE_WINDOW_NANOS) {
            return new Proposal(1, Reason.FLOOR, () -> "active for less than the stable window");
        }
        if (!unneeded) {
            unneeded = true;
            unneededNanos = now;
        }
        if (now - unneededNanos < GRACE_NANOS) {
            return new Proposal(1, Reason.FLOOR, () -> "the grace period of 30 s before zero");
        }
        return new Proposal(0, Reason.ZERO, () -> "nothing in work for the stable window and the grace period");
    }

    private Proposal bounded(Proposal proposal) {
        var to = limits.clamp(proposal.to());
        if (to == proposal.to()) {
            return proposal;
        }
        return new Proposal(to, to > proposal.to() ? Reason.MIN : Reason.MAX, proposal.words());
    }
}
