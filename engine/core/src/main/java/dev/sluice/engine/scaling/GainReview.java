package dev.sluice.engine.scaling;

import org.jspecify.annotations.Nullable;

/**
 * Whether more slots bring more throughput. Judged only while the function is saturated, over spans of at least a
 * second and three service times: the mean of leased slots and of settled tries in one span, against those of the
 * span before it. A span in which slots grew by a tenth or more, and throughput by less than a tenth of that, shows
 * that the limit is elsewhere; from then on nothing is added. Every 30 s a quarter more is tried; when that brings
 * nothing either, it is taken back. A difference that chance could have made is not judged, the span goes on instead.
 *
 * <p>At a bottleneck more slots make every event take longer, which asks for more slots. So within a span
 * a service time that grows is not believed: until the span is over it stays what it was at its start.
 */
final class GainReview {
    private static final double STEP_MIN = 0.1;
    private static final double GAIN_MIN = 0.1;
    private static final double DEVIATIONS = 3;
    private static final double SERVICE_TIMES = 3;
    private static final double SPAN_SECONDS_MIN = 1;
    private static final double SPAN_SECONDS_MAX = 30;
    private static final long PROBE_NANOS = 30_000_000_000L;
    private static final long FORGET_NANOS = 1_000_000_000L;

    private boolean active;
    private long slackNanos;
    private @Nullable Mark start;
    private @Nullable Span base;
    private boolean held;
    private boolean probing;
    private long triedNanos;
    private int level;
    private double spanSeconds;
    private double believed = Double.NaN;

    /** Totals at a moment. */
    private record Mark(long nanos, double leasedSeconds, long settled) {
        static Mark of(Load load) {
            return new Mark(
                    load.nowNanos(),
                    load.slots().leasedSecondsTotal(),
                    load.slots().settledTotal());
        }

        Span until(Mark end) {
            return new Span((end.nanos - nanos) / 1e9, end.leasedSeconds - leasedSeconds, end.settled - settled);
        }
    }

    /** What happened between two of them. */
    private record Span(double seconds, double leasedSeconds, long settled) {
        double slots() {
            return leasedSeconds / seconds;
        }

        double perSecond() {
            return settled / seconds;
        }

        Span and(Span next) {
            return new Span(seconds + next.seconds, leasedSeconds + next.leasedSeconds, settled + next.settled);
        }
    }

    /** Looks at the load; to be called with every one. */
    void observe(Load load, double serviceSeconds, int concurrency) {
        var capacity = (double) load.instances().ready() * concurrency;
        var saturated =
                capacity > 0 && load.backlog().events() > 0 && load.slots().leased() >= Slack.FULL * capacity;
        if (saturated) {
            slackNanos = load.nowNanos();
        } else if (active && load.nowNanos() - slackNanos >= FORGET_NANOS) {
            active = false;
            held = false;
            base = null;
            start = null;
        }
        if (saturated && !active) {
            active = true;
            start = Mark.of(load);
            spanSeconds = spanFor(serviceSeconds);
        }
        if (base == null) {
            believed = serviceSeconds;
        }
        if (active && start != null) {
            review(load, start.until(Mark.of(load)), serviceSeconds);
        }
    }

    /** By the service time at its start: at a bottleneck that grows, and the end would run away. */
    private static double spanFor(double serviceSeconds) {
        var wanted = Double.isNaN(serviceSeconds) ? 0 : SERVICE_TIMES * serviceSeconds;
        return Math.max(SPAN_SECONDS_MIN, Math.min(SPAN_SECONDS_MAX, wanted));
    }

    /** The service time to plan with. */
    double believed(double serviceSeconds) {
        return active && serviceSeconds > believed ? believed : serviceSeconds;
    }

    private void review(Load load, Span span, double serviceSeconds) {
        if (span.seconds < spanSeconds) {
            return;
        }
        spanSeconds = spanFor(serviceSeconds);
        if (base == null || base.settled == 0) {
            next(load, span);
            return;
        }
        compare(load, base, span, serviceSeconds);
    }

    private void compare(Load load, Span base, Span span, double serviceSeconds) {
        believed = serviceSeconds;
        var step = span.slots() / base.slots() - 1;
        if (Math.abs(step) < STEP_MIN) {
            next(load, base.seconds < SPAN_SECONDS_MAX ? base.and(span) : span);
            endProbe(load, 2 * SPAN_SECONDS_MAX);
        } else if (step < 0) {
            next(load, span);
        } else if (step >= DEVIATIONS * chance(base, span)) {
            judge(load, base, span);
        } else if (span.seconds >= SPAN_SECONDS_MAX) {
            next(load, span);
        }
    }

    /** The relative deviation that chance gives the quotient of two counts. */
    private static double chance(Span one, Span other) {
        return Math.sqrt(1.0 / one.settled + 1.0 / Math.max(1, other.settled));
    }

    private void judge(Load load, Span base, Span span) {
        var step = span.slots() / base.slots() - 1;
        var gained = span.perSecond() / base.perSecond() - 1 >= GAIN_MIN * step;
        if (gained) {
            held = false;
            probing = false;
            next(load, span);
        } else if (probing) {
            endProbe(load, 0);
        } else {
            if (!held) {
                level = load.instances().wanted();
                triedNanos = load.nowNanos();
            }
            held = true;
            next(load, span);
        }
    }

    private void endProbe(Load load, double afterSeconds) {
        if (probing && load.nowNanos() - triedNanos >= afterSeconds * 1e9) {
            probing = false;
            triedNanos = load.nowNanos();
            start = Mark.of(load);
        }
    }

    private void next(Load load, Span asBase) {
        base = asBase;
        start = Mark.of(load);
    }

    /** Whether a further step would be in vain, as far as is known. */
    boolean held() {
        return held;
    }

    /** What it may go to when it should go up: less than it has when a probe was in vain. */
    int allowed(long nowNanos, int from, int wanted) {
        if (!held) {
            return wanted;
        }
        if (!probing && from > level) {
            return level;
        }
        if (!probing && nowNanos - triedNanos >= PROBE_NANOS) {
            probing = true;
            triedNanos = nowNanos;
            level = from;
            return Math.min(wanted, from + Math.max(1, from / 4));
        }
        return from;
    }
}
