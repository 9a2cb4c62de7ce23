package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The default rule: as many slots as Little's law asks for, from what arrives and from what waits; bounded upwards by
 * what more slots could bring, downwards by what was busy lately.
 */
final class DemandRule implements ScalingRule {
    static final double UTILISATION = 0.8;
    private static final double FLOOR_UTILISATION = 0.7;
    private static final double PANIC = 2;
    private static final double CPU_SATURATED = 0.95;
    private static final long NEED_PEAK_NANOS = 30_000_000_000L;

    /** Those that tell of a load and not of what bounds it. */
    private static final Set<Reason> BY_LOAD =
            EnumSet.of(Reason.NEED, Reason.PANIC, Reason.UNKNOWN_SERVICE_TIME, Reason.FLOOR, Reason.MIN);

    private final ScaleLimits limits;
    private final ServiceTime serviceTime;
    private final Slack slack = new Slack();
    private final GainReview review = new GainReview();
    private final Descent descent = new Descent();
    private final PeakWindow needed = new PeakWindow(NEED_PEAK_NANOS);

    DemandRule(ScaleLimits limits) {
        this.limits = limits;
        serviceTime = new ServiceTime(limits);
    }

    @Override
    public Decision decide(Load load) {
        var measured = serviceTime.observe(load);
        slack.observe(load, limits.concurrency());
        review.observe(load, measured, limits.concurrency());
        var seconds = review.believed(measured);

        var from = load.instances().wanted();
        var wanted = keptToPartitions(load, wanted(load, seconds));
        var bounded = wanted;
        var needPeak = (int) needed.add(load.nowNanos(), wanted.to());
        if (wanted.to() > from) {
            bounded = raised(load, wanted);
        } else if (wanted.to() < from) {
            bounded = lowered(load, wanted, needPeak);
        }
        var decided = explained(load, clamped(bounded));
        if (decided.to() != from) {
            descent.changed(load.nowNanos());
        }
        return Decision.of(load, decided.to(), decided.reason(), decided.words())
                .withNeed(Double.isNaN(seconds) ? -1 : slots(load, seconds), Double.isNaN(measured) ? -1 : measured);
    }

    private Proposal wanted(Load load, double seconds) {
        if (load.instances().wanted() == 0 && load.backlog().here() == 0) {
            return nothingHere(load);
        }
        return Double.isNaN(seconds) ? doubled(load) : needed(load, seconds);
    }

    private static Proposal nothingHere(Load load) {
        if (!load.backlog().lagKnown()) {
            return new Proposal(
                    0,
                    Reason.HOLD_UNKNOWN_LAG,
                    () -> "it is unknown how much waits; nothing that has passed the filters is here");
        }
        var unfetched = load.backlog().unfetchedPassing();
        return new Proposal(
                0,
                Reason.ZERO,
                () -> unfetched < 1
                        ? "nothing waits"
                        : "nothing waits that has passed the filters; about " + Words.count(unfetched)
                                + " are not fetched");
    }

    private Proposal needed(Load load, double seconds) {
        var panic = panic(load);
        var rate = rate(load);
        var waiting = load.backlog().events();
        var drain = limits.drain().toNanos() / 1e9;
        var slots = slots(load, seconds);
        var working = rate > 0 || waiting > 0 || load.slots().leased() > 0;
        var instances = working ? Math.max(1, limits.instancesFor(slots)) + limits.warm() : 0;
        return new Proposal(
                instances,
                panic ? Reason.PANIC : Reason.NEED,
                () -> String.format(
                        Locale.ROOT,
                        "%.3f s per event x (%.1f/s %s + %s waiting / %.1f s) / %.1f = %.1f slots, %d per instance%s",
                        seconds,
                        rate,
                        panic ? "in the last second" : "arriving",
                        Words.count(waiting),
                        drain,
                        UTILISATION,
                        slots,
                        limits.concurrency(),
                        limits.warm() > 0 && working ? ", and " + limits.warm() + " warm" : ""));
    }

    private static boolean panic(Load load) {
        var arrivals = load.arrivals();
        return arrivals.perSecond1s() >= PANIC * arrivals.perSecond6s() && arrivals.perSecond1s() > 0;
    }

    private static double rate(Load load) {
        return panic(load) ? load.arrivals().perSecond1s() : load.arrivals().perSecond6s();
    }

    /** By Little's law: what comes and what waits, in slots that are used at {@link #UTILISATION}. */
    private double slots(Load load, double seconds) {
        var drain = limits.drain().toNanos() / 1e9;
        return seconds * (rate(load) + load.backlog().events() / drain) / UTILISATION;
    }

    /** Nobody knows how long an event takes: as many again, while that is not enough by mere number. */
    private Proposal doubled(Load load) {
        var from = load.instances().wanted();
        var waiting = load.backlog().events();
        var slots = from * limits.concurrency();
        var to = from;
        if (from == 0) {
            to = 1 + limits.warm();
        } else if (waiting < 1 && load.slots().leased() == 0 && load.arrivals().perSecond6s() == 0) {
            to = 0;
        } else if (waiting > slots) {
            to = Math.max(
                    from,
                    Math.min(
                            2 * from, limits.instancesFor(waiting + load.slots().leased())));
        }
        return new Proposal(
                to, Reason.UNKNOWN_SERVICE_TIME, () -> "nothing has settled yet; " + Words.waiting(waiting, slots));
    }

    private Proposal keptToPartitions(Load load, Proposal wanted) {
        var partitions = load.backlog().partitionsWithWork();
        var instances = Math.max(1, limits.instancesFor(partitions));
        if (load.backlog().ordering() != Ordering.PARTITION || wanted.to() <= instances) {
            return wanted;
        }
        return new Proposal(
                instances,
                Reason.CAP_PARTITIONS,
                () -> partitions + " partitions have work, each one event at a time; else "
                        + wanted.words().get());
    }

    private Proposal raised(Load load, Proposal wanted) {
        var from = load.instances().wanted();
        var slots = load.slots();
        if (load.instances().startFailures() > 0) {
            return held(
                    Math.max(1, from),
                    Reason.HOLD_STARTS,
                    () -> "the last " + load.instances().startFailures() + " starts of an instance failed",
                    wanted);
        }
        var useful = Math.max(from, limits.instancesFor(slots.max()));
        if (slots.max() > 0 && wanted.to() > useful) {
            return held(
                    useful,
                    Reason.CAP_ADAPTIVE,
                    () -> "the adaptive limit of " + slots.max() + " slots binds: "
                            + (slots.maxFound()
                                    ? "with more of them runs took longer"
                                    : "it begins low, and grows while runs take no longer"),
                    wanted);
        }
        if (slack.free()) {
            var ready = load.instances().ready() * limits.concurrency();
            var keys = load.backlog().ordering() != Ordering.NONE;
            return held(
                    from,
                    keys ? Reason.CAP_KEYS : Reason.HOLD_ELSEWHERE,
                    () -> slots.leased() + " of " + ready + " slots are in use while "
                            + Words.count(load.backlog().events()) + " wait: "
                            + (keys ? "too few keys" : "they come no faster from their source"),
                    wanted);
        }
        if (review.held()) {
            var allowed = review.allowed(load.nowNanos(), from, wanted.to());
            return held(
                    load.backlog().lagKnown() ? allowed : Math.max(from, allowed),
                    load.cpu() >= CPU_SATURATED ? Reason.HOLD_CPU : Reason.HOLD_ELSEWHERE,
                    () -> load.cpu() >= CPU_SATURATED
                            ? "the last step up brought nothing: the CPU is saturated"
                            : "the last step up brought nothing: the limit is elsewhere (broker, sink)",
                    wanted);
        }
        return wanted;
    }

    private static Proposal held(int to, Reason reason, Supplier<String> why, Proposal wanted) {
        return new Proposal(
                to,
                reason,
                () -> why.get() + "; else " + wanted.to() + ", "
                        + wanted.words().get());
    }

    private Proposal lowered(Load load, Proposal wanted, int needPeak) {
        var from = load.instances().wanted();
        if (!load.backlog().lagKnown()) {
            return held(from, Reason.HOLD_UNKNOWN_LAG, () -> "it is unknown how much waits", wanted);
        }
        if (limits.min() == 0 && load.idleNanos() >= limits.idle().toNanos()) {
            return new Proposal(0, Reason.ZERO, () -> "no work for " + load.idleNanos() / 1_000_000_000L + " s");
        }
        var peak = load.slots().leasedPeak60s();
        var floor = Math.max(1, limits.instancesFor(peak / FLOOR_UTILISATION));
        var busy = floor + (wanted.to() > 0 ? limits.warm() : 0);
        // Where too few keys keep slots idle, only the need tells that they will be wanted again in a moment.
        var kept = Math.max(busy, needPeak);
        var lowest = descent.lowest(from, load.nowNanos());
        if (limits.min() > wanted.to() && limits.min() >= Math.max(kept, lowest)) {
            return held(limits.min(), Reason.MIN, () -> "min is " + limits.min(), wanted);
        }
        var to = Math.min(from, Math.max(wanted.to(), Math.max(kept, lowest)));
        if (to == wanted.to()) {
            return wanted;
        }
        if (lowest > Math.max(wanted.to(), kept)) {
            return held(to, Reason.HALVING, () -> "at most half less in 10 s", wanted);
        }
        return held(
                to,
                Reason.FLOOR,
                () -> needPeak > busy
                        ? needPeak + " instances were needed within the last 30 s"
                        : String.format(
                                Locale.ROOT,
                                "%.1f slots were busy within the last minute, / %.1f",
                                peak,
                                FLOOR_UTILISATION),
                wanted);
    }

    private Proposal clamped(Proposal proposal) {
        var to = limits.clamp(proposal.to());
        if (to == proposal.to()) {
            return proposal;
        }
        var min = to > proposal.to();
        return held(to, min ? Reason.MIN : Reason.MAX, () -> (min ? "min is " : "max is ") + to, proposal);
    }

    /** The same number; where only keys keep events from the slots, that is told first, else last of all. */
    private Proposal explained(Load load, Proposal decided) {
        var from = load.instances().wanted();
        if (!slack.behindKeys() || decided.to() > from || !BY_LOAD.contains(decided.reason())) {
            return new Proposal(
                    decided.to(), decided.reason(), () -> decided.words().get() + Words.blocked(load));
        }
        var slots = load.instances().ready() * limits.concurrency();
        var partitions = load.backlog().ordering() == Ordering.PARTITION;
        return new Proposal(
                decided.to(),
                partitions ? Reason.CAP_PARTITIONS : Reason.CAP_KEYS,
                () -> Words.behindKeys(load, slots, partitions ? "partitions" : "keys") + "; "
                        + decided.words().get());
    }
}
