package dev.sluice.engine.scaling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Plays a {@link Scenario} under a {@link ScalingPolicy} in virtual time: events come, are fetched on demand, lease
 * a slot, run, pass the sink; every 100 ms the policy's rule decides, from the same {@link LoadWindows} that an
 * engine feeds. Ten minutes take some milliseconds; the same scenario and policy give the same run.
 */
public final class ScalingSimulation {
    private static final long TICK_NANOS = 100_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int RUNNABLE_MIN = 64;

    private final Scenario scenario;
    private final ScalingPolicy policy;
    private final SimEvents events;
    private final SimLog log;
    private final SimPool pool;
    private final ScalingRule rule;
    private final LoadWindows windows = new LoadWindows();
    private final DecisionLog decisions = new DecisionLog();
    private final SimTimeline timeline = new SimTimeline();
    private final SimPool.SimInstance[] instanceOf;
    private final long[] startedNanos;
    private final List<Row> rows = new ArrayList<>();
    private long sinkFreeNanos;
    private long arrivedBefore;

    /**
     * What one run showed.
     *
     * @param scenario its name
     * @param policy the policy's name
     * @param rows one per tick of 100 ms
     * @param figures what is compared
     * @param decisions the last 1,000, the newest first; their times are counted from the epoch
     */
    public record Run(
            String scenario, String policy, List<Row> rows, Figures figures, List<DecisionLog.Entry> decisions) {}

    /**
     * One tick.
     *
     * @param second of the run
     * @param perSecond events that came since the last tick, by second
     * @param lag events that are not done
     * @param wanted slots that the policy wants
     * @param busy slots in use
     * @param slots of instances that are ready
     * @param instances that cost something: starting, ready or draining
     * @param reason the rule that won
     */
    public record Row(
            double second, double perSecond, long lag, int wanted, int busy, int slots, int instances, Reason reason) {}

    private ScalingSimulation(Scenario scenario, ScalingPolicy policy) {
        this.scenario = scenario;
        this.policy = policy;
        events = new SimEvents(scenario);
        log = new SimLog(events, scenario.topic());
        pool = new SimPool(
                scenario.limits().concurrency(), scenario.work().start().toNanos());
        rule = policy.rule(scenario.limits());
        instanceOf = new SimPool.SimInstance[events.count];
        startedNanos = new long[events.count];
    }

    /** Plays it. */
    public static Run run(Scenario scenario, ScalingPolicy policy) {
        return new ScalingSimulation(scenario, policy).play();
    }

    /** The default policy and those that it is measured against: {@code demand}, {@code knative}, {@code keda}. */
    public static List<ScalingPolicy> compared() {
        return List.of(new DemandPolicy(), new KnativePolicy(), new LagThresholdPolicy());
    }

    private Run play() {
        var end = LoadShape.SECONDS * SECOND;
        var tick = 0L;
        var arriving = 0;
        while (true) {
            var arrival = arriving < events.count ? events.arrivalNanos(arriving) : Long.MAX_VALUE;
            var now = Math.min(Math.min(arrival, timeline.next()), Math.min(pool.nextStart(), tick));
            if (now >= end) {
                return finished(end);
            }
            if (now == timeline.next()) {
                proceed(timeline.take(), now);
            } else if (now == pool.nextStart()) {
                pool.started(now);
            } else if (now == arrival) {
                log.arrive(arriving++);
            }
            dispatch(now);
            if (now == tick) {
                if (tick % SECOND == 0) {
                    log.seeEnd();
                }
                decide(now, true);
                tick += TICK_NANOS;
            } else if (pool.wanted() == 0 && log.runnable() > 0) {
                decide(now, false);
            }
        }
    }

    private void dispatch(long now) {
        while (true) {
            var capacity = pool.ready() * scenario.limits().concurrency();
            log.fetch(Math.max(RUNNABLE_MIN, 2 * capacity - pool.leased()));
            var instance = log.runnable() == 0 ? null : pool.lease(now);
            if (instance == null) {
                return;
            }
            var event = log.take();
            instanceOf[event] = instance;
            startedNanos[event] = now;
            timeline.add(now + events.runNanos(event), 2 * event);
        }
    }

    /** Even marks end a run, odd ones the sink's part of it. */
    private void proceed(int mark, long now) {
        var event = mark / 2;
        var sink = scenario.sink();
        if (mark % 2 == 0 && Double.isFinite(sink.perSecond()) && now >= sink.fromSecond() * SECOND) {
            sinkFreeNanos = Math.max(sinkFreeNanos, now) + (long) (1e9 / sink.perSecond());
            timeline.add(sinkFreeNanos, mark + 1);
        } else {
            pool.giveBack(instanceOf[event], now);
            log.settle(event);
        }
    }

    private void decide(long now, boolean onTick) {
        var decision = rule.decide(windows.add(new LoadSample(
                now,
                pool.counts(),
                pool.leased(),
                pool.leasedNanos(now),
                log.settled(),
                0,
                log.runnable(),
                0,
                log.blocked(),
                0,
                false,
                0,
                List.of(log.sample(now / 1e9)))));
        decisions.add(decision, Instant.ofEpochSecond(0, now));
        pool.resize(decision.to(), now);
        if (onTick) {
            var slots = scenario.limits().concurrency();
            rows.add(new Row(
                    now / 1e9,
                    (log.arrived() - arrivedBefore) * (double) SECOND / TICK_NANOS,
                    log.open(),
                    decision.to() * slots,
                    pool.leased(),
                    pool.ready() * slots,
                    pool.all(),
                    decision.reason()));
            arrivedBefore = log.arrived();
        }
    }

    private Run finished(long end) {
        var figures = Figures.of(events, startedNanos, end, pool.slotSeconds(end), rows);
        return new Run(scenario.name(), policy.name(), List.copyOf(rows), figures, decisions.newestFirst());
    }
}
