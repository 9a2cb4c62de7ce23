package dev.sluice.engine;

import dev.sluice.engine.scaling.Reason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The meters of one function, from where its figures are. */
final class FunctionMeters {
    private static final Duration[] INIT_BUCKETS = Stream.of(5, 25, 100, 250, 1_000, 2_500, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private FunctionMeters() {}

    /** Registers a function's meters; whoever ends the function removes them. */
    static List<Meter> bind(MeterRegistry registry, String function, Dispatcher dispatcher) {
        var bound = new ArrayList<Meter>();
        var pool = dispatcher.pool();
        var newcomers = pool.newcomers();
        bound.add(EngineMeters.INSTANCES.bind(
                registry, pool, InstancePool::ready, "function", function, "state", "ready"));
        bound.add(EngineMeters.INSTANCES.bind(
                registry, newcomers, Newcomers::starting, "function", function, "state", "starting"));
        bound.add(EngineMeters.INSTANCES.bind(
                registry, pool, InstancePool::draining, "function", function, "state", "draining"));
        bound.add(EngineMeters.WANTED.bind(registry, pool, InstancePool::wanted, "function", function));
        bound.add(EngineMeters.SLOTS.bind(registry, pool, InstancePool::capacity, "function", function));
        bound.add(EngineMeters.SLOTS_CAP.bind(
                registry, dispatcher.sizing(), s -> s.slotsCap() == 0 ? -1 : s.slotsCap(), "function", function));
        bound.add(EngineMeters.LEASED.bind(registry, pool, InstancePool::leased, "function", function));
        bound.add(
                EngineMeters.CALLS_WAITING.bind(registry, dispatcher, Dispatcher::callsWaiting, "function", function));
        bound.add(EngineMeters.COLD_STARTS.bind(registry, pool, InstancePool::starts, "function", function));
        bound.add(EngineMeters.START_FAILURES.bind(registry, newcomers, Newcomers::failedStarts, "function", function));
        bound.add(initDuration(registry, function));
        bindRuns(registry, function, "pubsub", dispatcher, false, bound);
        bindRuns(registry, function, "http", dispatcher, true, bound);
        bound.add(EngineMeters.CHANGES.bind(registry, dispatcher, d -> of(d, Scaler::changes), "function", function));
        for (var reason : Reason.values()) {
            String[] tags = {"function", function, "reason", reason.name().toLowerCase(Locale.ROOT)};
            bound.add(EngineMeters.DECISIONS.bind(registry, dispatcher, d -> of(d, s -> s.decided(reason)), tags));
        }
        return bound;
    }

    /** Takes how long an instance took to start. The registry finds it by its name: starts are rare. */
    static Timer initDuration(MeterRegistry registry, String function) {
        return EngineMeters.INIT_DURATION.histogram(registry, INIT_BUCKETS, "function", function);
    }

    private static void bindRuns(
            MeterRegistry registry,
            String function,
            String cause,
            Dispatcher dispatcher,
            boolean calls,
            List<Meter> bound) {
        // Counters hold what they count weakly, and nothing else holds the totals: what they are read by does.
        var runs = dispatcher.runsOf(calls);
        String[] tags = {"function", function, "faas.trigger", cause};
        bound.add(EngineMeters.INVOCATIONS.bind(registry, dispatcher, d -> runs.succeeded(), tags));
        bound.add(EngineMeters.ERRORS.bind(registry, dispatcher, d -> runs.failed(), tags));
        bound.add(EngineMeters.TIMEOUTS_OF_RUNS.bind(registry, dispatcher, d -> runs.timedOut(), tags));
        bound.add(EngineMeters.INVOKE_DURATION.bind(registry, dispatcher, d -> runs.ended(), d -> runs.nanos(), tags));
    }

    /** A figure of a function's scaler; 0 when it has none, as when its number of instances is fixed. */
    private static double of(Dispatcher dispatcher, ToDoubleFunction<Scaler> figure) {
        var scaler = dispatcher.sizing().scaler();
        return scaler == null ? 0 : figure.applyAsDouble(scaler);
    }
}
