package dev.sluice.engine;

import dev.sluice.engine.scaling.DecisionLog;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many instances a function has and how many slots it may use: by its policy, by the latency of its runs, by what the
 * engine has for it. On the home loop, but where any thread is named.
 */
final class Sizing {
    private final Dispatcher dispatcher;
    private final List<Pipeline> pipelines;
    private final Ceiling ceiling;
    private final Ceiling.Share share;
    private volatile @Nullable Scaler scaler;
    private @Nullable AdaptiveSlots adaptive;
    private volatile int slotsCap;
    private long dueNanos;
    /** Whether it was decided out of turn for what waits, since the last turn. */
    private boolean hurried;

    /**
     * Reserves what the function has at least.
     *
     * @param pipelines the function's, as they come and go
     * @throws IllegalArgumentException when the engine has not enough for that
     */
    Sizing(Dispatcher dispatcher, List<Pipeline> pipelines, FunctionSpec spec) {
        this.dispatcher = dispatcher;
        this.pipelines = pipelines;
        ceiling = dispatcher.host().shared().ceiling();
        share = ceiling.join(spec);
        var scaling = spec.scaling();
        scaler = scaling == null ? null : new Scaler(dispatcher, pipelines, scaling, new DecisionLog());
    }

    /** Starts the first instances. */
    void begin(FunctionSpec spec, long now) {
        cap(spec);
        dispatcher.pool().resize(granted(spec.instances()).instances());
        dueNanos = now;
    }

    /**
     * Decides when it is time to, or when there is no instance for what waits.
     *
     * @return whether there is ever anything to decide, next at {@link #dueNanos}
     */
    boolean turn(long now, boolean waiting) {
        var policy = scaler;
        var latency = adaptive;
        if (policy == null && latency == null) {
            return false;
        }
        var pool = dispatcher.pool();
        var due = now - dueNanos >= 0;
        if (due
                && latency != null
                && latency.observe(
                        now,
                        pool.leased(),
                        dispatcher.leases().ended(),
                        dispatcher.leases().ranNanos())) {
            slotsCap = latency.cap();
            pool.cap(latency.cap());
        }
        // Out of turn once between two turns: a decision for none must not be made again with every event.
        var hurry = !due && policy != null && waiting && pool.wanted() == 0 && !hurried;
        if (due || hurry) {
            hurried = hurry;
            dueNanos = now + Scaler.TICK_NANOS;
            if (policy != null) {
                policy.tick(now);
            }
        }
        return true;
    }

    /** When to look again. */
    long dueNanos() {
        return dueNanos;
    }

    /**
     * Makes its share of the engine that of another version; from any thread.
     *
     * @throws IllegalArgumentException when the engine has not enough for its {@code min}
     */
    void reserve(FunctionSpec next) {
        ceiling.change(share, next);
    }

    /** Has another version take over. */
    Version replace(FunctionSpec before, FunctionSpec next) {
        var scaling = next.scaling();
        if (!Objects.equals(scaling, before.scaling())) {
            var known = scaler;
            var log = known == null ? new DecisionLog() : known.decisions();
            scaler = scaling == null ? null : new Scaler(dispatcher, pipelines, scaling, log);
        }
        cap(next);
        var pool = dispatcher.pool();
        var instances = scaling == null ? next.instances() : scaling.limits().clamp(pool.wanted());
        return pool.replaceBy(next, granted(instances).instances());
    }

    private void cap(FunctionSpec spec) {
        adaptive = spec.adaptive() ? new AdaptiveSlots(spec.slotsMax()) : null;
        slotsCap = adaptive == null ? 0 : adaptive.cap();
        dispatcher.pool().cap(adaptive == null ? Integer.MAX_VALUE : adaptive.cap());
    }

    /** What the engine has for it when it asks for so many instances. */
    Ceiling.Grant granted(int asked) {
        return ceiling.grant(share, asked, dispatcher.pool().all());
    }

    /** Its part of the engine is free for others. */
    void end() {
        ceiling.leave(share);
    }

    /** Slots that may be in use at once; 0 when nothing caps them. From any thread. */
    int slotsCap() {
        return slotsCap;
    }

    /** Whether that is what the runs' latency allows, and not only how far the cap has come yet. */
    boolean slotsCapFound() {
        var latency = adaptive;
        return latency != null && latency.found();
    }

    /** The function's scaler; null when its number of instances is fixed. From any thread. */
    @Nullable
    Scaler scaler() {
        return scaler;
    }

    /** What was decided lately, the newest first; from any thread. */
    List<DecisionLog.Entry> decisions() {
        var known = scaler;
        return known == null ? List.of() : known.decisions().newestFirst();
    }
}
