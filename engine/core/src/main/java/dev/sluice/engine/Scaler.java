package dev.sluice.engine;

import dev.sluice.broker.Lag;
import dev.sluice.engine.scaling.Decision;
import dev.sluice.engine.scaling.DecisionLog;
import dev.sluice.engine.scaling.Load;
import dev.sluice.engine.scaling.LoadSample;
import dev.sluice.engine.scaling.LoadWindows;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScalingRule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a function's load every 100 ms, and at once when an event finds no instance, and has its policy decide how many
 * instances there are to be. Beside the way of events; on the home loop.
 */
final class Scaler {
    private static final Logger LOG = LoggerFactory.getLogger(Scaler.class);
    /** Between two decisions, unless an event finds no instance. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Dispatcher dispatcher;
    private final List<Pipeline> pipelines;
    private final ScalingRule rule;
    private final LoadWindows windows;
    private final DecisionLog decisions;
    private final Map<Reason, Count> byReason = new EnumMap<>(Reason.class);
    private final Count changes = new Count();
    private final String policy;
    private boolean failed;

    /**
     * @param pipelines the function's, as they come and go
     * @param decisions where decisions are kept, those of versions before among them
     */
    Scaler(Dispatcher dispatcher, List<Pipeline> pipelines, Scaling scaling, DecisionLog decisions) {
        this.dispatcher = dispatcher;
        this.pipelines = pipelines;
        this.decisions = decisions;
        windows = new LoadWindows(scaling.limits().drain());
        policy = scaling.policy().name();
        for (var reason : Reason.values()) {
            byReason.put(reason, new Count());
        }
        this.rule = scaling.policy().rule(scaling.limits());
    }

    /** Decides now; the next time is {@link #TICK_NANOS} later. */
    void tick(long now) {
        Decision decision;
        try {
            decision = within(rule.decide(windows.add(sample(now))));
        } catch (RuntimeException bug) {
            if (!failed) {
                LOG.error("function {}: its scaling policy failed; instances stay as they are", name(), bug);
            }
            failed = true;
            return;
        }
        failed = false;
        decisions.add(decision, dispatcher.host().clock().instant());
        counted(decision.reason()).add(1);
        var pool = dispatcher.pool();
        if (decision.to() != pool.wanted()) {
            LOG.atDebug().addArgument(this::name).addArgument(decision::words).log("function {}: {}");
            changes.add(1);
            pool.resize(decision.to());
        }
    }

    /** Kept to what the engine has for it, whatever its policy wants. */
    private Decision within(Decision wanted) {
        var grant = dispatcher.sizing().granted(wanted.to());
        if (grant.instances() >= wanted.to()) {
            return wanted;
        }
        return wanted.boundTo(grant.instances(), Reason.CEILING, grant::words);
    }

    /** The policy's name. */
    String policy() {
        return policy;
    }

    /** Decisions made by a rule; from any thread. */
    long decided(Reason reason) {
        return counted(reason).get();
    }

    private Count counted(Reason reason) {
        return Objects.requireNonNull(byReason.get(reason));
    }

    /** Decisions for another number of instances than there was; from any thread. */
    long changes() {
        return changes.get();
    }

    /** What was decided lately; from any thread. */
    DecisionLog decisions() {
        return decisions;
    }

    private String name() {
        return dispatcher.spec().name();
    }

    private LoadSample sample(long now) {
        var runnable = 0;
        var blocked = Load.Blocked.NONE;
        var calls = 0L;
        var callsHeld = 0;
        var topics = new ArrayList<LoadSample.Topic>();
        for (var pipeline : pipelines) {
            var limit = limit(pipeline, now);
            // More slots would not run what a trigger's own limits hold back.
            var here = Math.min(pipeline.lanes.sums.runnable(), limit.startable());
            var topic = topic(pipeline, limit.without(here));
            blocked = blocked.andHeld(pipeline.lanes.sums.runnable() - here);
            if (topic == null) {
                calls += calls(pipeline);
                callsHeld += pipeline.lanes.sums.runnable() - here;
            } else {
                runnable += here;
                blocked = blocked.and(blocked(pipeline.lanes));
                topics.add(topic);
            }
        }
        var pool = dispatcher.pool();
        return new LoadSample(
                now,
                new Load.Instances(
                        pool.ready(),
                        pool.newcomers().starting(),
                        pool.draining(),
                        pool.newcomers().failures()),
                pool.leased(),
                dispatcher.leases().nanos(pool.leased(), now),
                dispatcher.leases().settled(),
                calls,
                runnable,
                Math.max(0, dispatcher.callsWaiting() - callsHeld),
                blocked,
                dispatcher.sizing().slotsCap(),
                dispatcher.sizing().slotsCapFound(),
                dispatcher.host().cpu().getAsDouble(),
                topics);
    }

    private LoadSample.Limit limit(Pipeline pipeline, long now) {
        var throttle = pipeline.throttle();
        return throttle == null
                ? LoadSample.Limit.NONE
                : throttle.limit(now, dispatcher.spec().eventsPerTry());
    }

    /** Calls that came, refused ones too; where a limit of the trigger's own refuses them, those that it let run. */
    private static long calls(Pipeline pipeline) {
        var throttle = pipeline.throttle();
        return throttle == null
                ? pipeline.counts.received.get() + pipeline.counts.callsRefused.sum()
                : throttle.begunTotal();
    }

    private static Load.Blocked blocked(Lanes lanes) {
        return new Load.Blocked(lanes.sums.blocked(), lanes.sums.behindKeys(), lanes.keys());
    }

    /** Events on own partitions that are not here yet; -1 when unknown. A source that can't tell is taken by its lag. */
    private static long undelivered(Lag lag, int open) {
        var sum = 0L;
        for (var partition : lag.partitions()) {
            var undelivered = partition.undelivered();
            if (undelivered.isEmpty()) {
                var behind = lag.events();
                return behind.isPresent() ? Math.max(0, behind.getAsLong() - open) : -1;
            }
            sum += undelivered.getAsLong();
        }
        return sum;
    }

    private static LoadSample.@Nullable Topic topic(Pipeline pipeline, LoadSample.Limit limit) {
        var source = pipeline.spec().source();
        if (source == null) {
            return null;
        }
        var lag = source.lag();
        var filtered = pipeline.arrivals.filtered();
        var received = pipeline.arrivals.received();
        return new LoadSample.Topic(
                pipeline.label(),
                pipeline.spec().ordering(),
                lag,
                undelivered(lag, pipeline.lanes.sums.open()),
                received,
                received - filtered,
                limit);
    }
}
