package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Intake;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.scaling.DecisionLog;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Runs functions on the events of triggers. Safe for any number of threads. */
public final class Engine {
    private static final Duration OPEN_PATIENCE = Duration.ofSeconds(1);
    private static final int OPEN_AT_ONCE = 256;
    private static final String REPLAY = "replay of ";

    private final MeterRegistry registry;
    private final EventLoops loops;
    private final Workers workers;
    private final Host host;
    private final Map<String, Dispatcher> functions = new LinkedHashMap<>();
    private final Map<String, Pipeline> triggers = new LinkedHashMap<>();
    private final Map<String, List<Meter>> meters = new HashMap<>();
    private final Map<String, Intake> intakes = new LinkedHashMap<>();

    /** The triggers that other events go through now, by function. */
    private final Map<String, Pipeline> replays = new HashMap<>();

    /** Slots that need a thread each, by function, as of its newest version. */
    private final Map<String, Integer> blockingSlots = new HashMap<>();

    private Engine(EngineOptions options, MeterRegistry registry, Executor wakes) {
        this.registry = registry;
        loops = new EventLoops(options.eventLoops(), wakes);
        workers = Workers.create();
        var shared = new Shared(options);
        host = new Host(
                options,
                shared,
                workers,
                Schedulers.boundedElastic(),
                () -> ThreadLocalRandom.current().nextLong(),
                InstantSource.system(),
                CpuLoad.ofMachine(),
                (function, nanos) ->
                        FunctionMeters.initDuration(registry, function).record(nanos, TimeUnit.NANOSECONDS));
        shared.meters(registry);
    }

    /** An engine without functions; its threads start now and end with {@link #drain}. */
    public static Engine create(EngineOptions options, MeterRegistry registry) {
        return create(options, registry, Runnable::run);
    }

    /**
     * The same for a process that hands in events from event loops of its own.
     *
     * @param wakes runs what wakes a function's loop, on the thread that calls, at once or later in the turn of an event
     *     loop: a system call then serves all events of the turn. Until it has run, whatever else comes for that function
     *     waits too, so the turns must be short. It must run each task, whatever that throws
     */
    public static Engine create(EngineOptions options, MeterRegistry registry, Executor wakes) {
        return new Engine(options, registry, wakes);
    }

    /**
     * Adds a function and starts its instances, in the background.
     *
     * @throws IllegalArgumentException when the name is taken, or a blocking function would need more threads than there
     *     are
     */
    public synchronized void deploy(FunctionSpec function) {
        if (functions.containsKey(function.name())) {
            throw new IllegalArgumentException("function '" + function.name() + "' is deployed already");
        }
        checkThreads(function);
        var dispatcher = new Dispatcher(function, loops.next(), host);
        functions.put(function.name(), dispatcher);
        blockingSlots.put(function.name(), blockingSlots(function));
        meters.put(function.name(), FunctionMeters.bind(registry, function.name(), dispatcher));
        var calls = new TriggerSpec(
                function.name(),
                function.name(),
                null,
                null,
                Ordering.NONE,
                EventFilter.PASS,
                AnswerPolicy.none(function.name()),
                DeliveryPolicy.DEFAULT,
                null,
                1);
        intakes.put(function.name(), intake(dispatcher, dispatcher.attach(calls)));
    }

    /** How many slots blocking functions may have together; empty where they run on virtual threads, without a limit. */
    public static OptionalInt blockingSlotsMax() {
        return Workers.virtualThreads() ? OptionalInt.empty() : OptionalInt.of(Workers.THREADS_MAX);
    }

    /**
     * Has another version of a function take over while events flow: its instances start, one of the old drains for each
     * that has started, and what runs ends on the version it began on, held to the new timeout. Triggers stay as they
     * are. While no instance of it starts, the version before goes on. Completes once the last instance of the version
     * before is closed, and its code can be; cancel does not stop it. Errors with {@link IllegalArgumentException} when
     * the function is not deployed, the ceilings don't hold its {@code min}, a blocking function would need more threads
     * than there are, or both do not take the same, such as one event, a list or a window: then undeploy it first.
     */
    public Mono<Void> redeploy(FunctionSpec next) {
        return Mono.defer(() -> {
            synchronized (this) {
                var dispatcher = deployed(next.name());
                var before = dispatcher.spec();
                checkTakesTheSame(before, next);
                checkThreads(next);
                var replaced = dispatcher.redeploy(next);
                blockingSlots.put(next.name(), blockingSlots(next));
                return replaced;
            }
        });
    }

    /** What is gathered for one version must be of use to the other. */
    private static void checkTakesTheSame(FunctionSpec before, FunctionSpec next) {
        var was = before.code().shape();
        var is = next.code().shape();
        if (was.takes() != is.takes()) {
            throw new IllegalArgumentException(
                    "function '" + next.name() + "' takes " + was.takes().phrase() + " in one version and "
                            + is.takes().phrase() + " in the other: undeploy it first");
        }
        if (is.stream() && before.instances() != next.instances()) {
            throw new IllegalArgumentException("function '" + next.name()
                    + "' is a stream with another number of instances than before: undeploy it" + " first");
        }
        if (is.window() && !Objects.equals(before.window().key(), next.window().key())) {
            throw new IllegalArgumentException("function '" + next.name()
                    + "' has other keys of its windows (window.key) than before: undeploy it first");
        }
    }

    /**
     * Takes a function and its triggers away: stops pulling, finishes what is in flight within the grace, gives the rest
     * back and closes its handlers. Its calls are refused from the subscription on; its name is free when it completes.
     * Cancel does not stop it. Errors with {@link IllegalArgumentException} when it is not deployed.
     */
    public Mono<Void> undeploy(String function, Duration grace) {
        return Mono.defer(() -> {
            var ended = Sinks.<Void>one();
            synchronized (this) {
                // As one step, so that no trigger is attached to what has begun to end.
                deployed(function)
                        .drain(grace)
                        .subscribe(nothing -> {}, error -> forget(function, ended), () -> forget(function, ended));
            }
            return ended.asMono();
        });
    }

    private synchronized void forget(String function, Sinks.One<Void> ended) {
        var dispatcher = functions.remove(function);
        if (dispatcher != null) {
            blockingSlots.remove(function);
            intakes.remove(function);
            removeMeters(function);
            if (replays.remove(function) != null) {
                removeMeters(REPLAY + function);
            }
            triggers.values().removeIf(trigger -> {
                var its = trigger.spec().function().equals(function);
                if (its) {
                    removeMeters("trigger " + trigger.name());
                }
                return its;
            });
        }
        ended.tryEmitEmpty();
    }

    private void removeMeters(String of) {
        var bound = meters.remove(of);
        if (bound != null) {
            bound.forEach(registry::remove);
        }
    }

    private synchronized Dispatcher deployed(String function) {
        var dispatcher = functions.get(function);
        if (dispatcher == null) {
            throw new IllegalArgumentException("function '" + function + "' is not deployed");
        }
        return dispatcher;
    }

    /** Slots that need a thread each, as far as threads are limited. */
    private int blockingSlots(FunctionSpec function) {
        return function.code().shape().blocking() && workers.limited() ? function.slotsMax() : 0;
    }

    /** A lease of a blocking function needs a thread: slots that could never run are refused before they exist. */
    private void checkThreads(FunctionSpec function) {
        var needed = blockingSlots(function);
        var slots = needed;
        for (var other : blockingSlots.entrySet()) {
            slots += other.getKey().equals(function.name()) ? 0 : other.getValue();
        }
        if (needed > 0 && slots > Workers.THREADS_MAX) {
            throw new IllegalArgumentException(
                    "function '" + function.name() + "' brings the slots of blocking functions to "
                            + slots + "; on this Java each needs a thread, and there are at most " + Workers.THREADS_MAX
                            + ". Lower instances or concurrency, or run on Java 21 or newer");
        }
    }

    /**
     * Adds a trigger; one with a topic starts to read at once.
     *
     * @throws IllegalArgumentException when its name is taken, or its function is not deployed or ends
     */
    public synchronized void attach(TriggerSpec trigger) {
        var dispatcher = functions.get(trigger.function());
        if (dispatcher == null) {
            throw new IllegalArgumentException("trigger '" + trigger.name() + "' names function '" + trigger.function()
                    + "', which is not deployed");
        }
        if (dispatcher.closing()) {
            throw new IllegalArgumentException(
                    "trigger '" + trigger.name() + "' names function '" + trigger.function() + "', which is stopping");
        }
        if (dispatcher.spec().code().shape().stream()) {
            checkStream(trigger);
        }
        if (triggers.containsKey(trigger.name())) {
            throw new IllegalArgumentException("trigger '" + trigger.name() + "' is attached already");
        }
        var pipeline = dispatcher.attach(trigger);
        triggers.put(trigger.name(), pipeline);
        meters.put("trigger " + trigger.name(), TriggerMeters.bind(registry, pipeline));
    }

    /**
     * Sends other events through a trigger that reads a topic: its filter, its function, its answers, retries and dead
     * letters, under its name, with lanes, limits and a memory of repeats of their own. They give way to the function's
     * triggers and calls: of the slots that it may use now they have a quarter while others have events open, and all but
     * a quarter else, one at least; their retries wait while others' events do, each backoff-max at most. One for a
     * function at a time.
     *
     * @param source where they come from, which is left when it ends
     * @param rate with how many tries may begin in a time; null for no limit but the trigger's own, which always holds
     * @throws IllegalArgumentException when there is no such trigger, it reads no topic, its function is a stream or
     *     ends, or has a replay already
     */
    public synchronized Replay replay(String trigger, EventSource source, @Nullable Rate rate) {
        var beside = triggers.get(trigger);
        if (beside == null || beside.spec().source() == null) {
            throw new IllegalArgumentException("trigger '" + trigger + "' reads no topic here");
        }
        var function = beside.spec().function();
        var dispatcher = deployed(function);
        if (dispatcher.closing()) {
            throw new IllegalArgumentException("function '" + function + "' is stopping");
        }
        if (dispatcher.spec().code().shape().stream()) {
            throw new IllegalArgumentException(
                    "function '" + function + "' is a stream, which has one source of events");
        }
        var other = replays.get(function);
        if (other != null) {
            throw new IllegalArgumentException("function '" + function + "' has a replay, into trigger '" + other.name()
                    + "': wait for it, or cancel it");
        }
        var pipeline = dispatcher.attachBeside(beside.spec().beside(source, rate));
        replays.put(function, pipeline);
        meters.put(REPLAY + function, TriggerMeters.bind(registry, pipeline));
        return new Replay(dispatcher, pipeline, () -> forgetReplay(pipeline));
    }

    private synchronized void forgetReplay(Pipeline pipeline) {
        var function = pipeline.spec().function();
        if (replays.remove(function, pipeline)) {
            removeMeters(REPLAY + function);
        }
    }

    /** A stream is of one topic's events: its answers go one way, and nobody waits for them. */
    private void checkStream(TriggerSpec trigger) {
        var function = trigger.function();
        if (trigger.source() == null) {
            throw new IllegalArgumentException("trigger '" + trigger.name() + "' waits for the answers of function '"
                    + function + "', which is a stream and takes events of a topic only");
        }
        if (!trigger.limits().equals(TriggerLimits.NONE)) {
            throw new IllegalArgumentException(
                    "trigger '" + trigger.name() + "' sets rate, concurrency or dedupe, which function '" + function
                            + "' has no use for: it is a stream");
        }
        for (var other : triggers.values()) {
            if (other.spec().function().equals(function)) {
                throw new IllegalArgumentException("trigger '" + trigger.name() + "' names function '" + function
                        + "', which is a stream and has a trigger: '" + other.name() + "'");
            }
        }
    }

    /** The entrance for direct calls of a function; null when it is not deployed. */
    public synchronized @Nullable Intake functionIntake(String function) {
        return intakes.get(function);
    }

    /**
     * The entrance for calls through a trigger without a topic, with its filter and answers.
     *
     * @throws IllegalArgumentException when there is no such trigger, or it reads a topic
     */
    public synchronized Intake triggerIntake(String trigger) {
        var pipeline = triggers.get(trigger);
        if (pipeline == null || pipeline.spec().topic() != null) {
            throw new IllegalArgumentException("trigger '" + trigger + "' takes no calls");
        }
        var dispatcher = functions.get(pipeline.spec().function());
        if (dispatcher == null) {
            throw new IllegalStateException("trigger '" + trigger + "' has lost its function");
        }
        return intake(dispatcher, pipeline);
    }

    private static Intake intake(Dispatcher dispatcher, Pipeline pipeline) {
        return (Call call) -> dispatcher.submit(pipeline, call);
    }

    /** All functions as they are now, in the order they were deployed. */
    public synchronized List<FunctionStatus> functions() {
        return functions.values().stream().map(Dispatcher::status).toList();
    }

    /** What was decided lately on a function's instances, the newest first; empty when its number is fixed. */
    public synchronized List<DecisionLog.Entry> decisions(String function) {
        var dispatcher = functions.get(function);
        return dispatcher == null ? List.of() : dispatcher.sizing().decisions();
    }

    /** How a function's instances follow its load now; empty when it is not deployed. */
    public synchronized Optional<ScalingStatus> scaling(String function) {
        return Optional.ofNullable(functions.get(function)).map(Dispatcher::scaling);
    }

    /** What was decided on events lately. */
    public Journal journal() {
        return host.shared().journal();
    }

    /**
     * Where an event is at triggers that have received and not settled it, up to 16 of a function. Completes within a
     * second, without the functions that do not answer by then.
     */
    public Mono<List<OpenEvent>> open(String event) {
        return Flux.defer(() -> {
                    synchronized (this) {
                        return Flux.fromIterable(List.copyOf(functions.values()));
                    }
                })
                .flatMap(function -> function.open(event).timeout(OPEN_PATIENCE, Mono.empty()), OPEN_AT_ONCE)
                .concatMapIterable(events -> events)
                .collectList();
    }

    /** All triggers as they are now, in the order they were attached. */
    public synchronized List<TriggerStatus> triggers() {
        return triggers.values().stream().map(Pipeline::status).toList();
    }

    /**
     * Stops pulling, finishes what is in flight within the grace, gives the rest back, closes handlers and ends the
     * engine's threads. Calls are refused from the subscription on. Completes within the grace and a little; cancel does
     * not stop it.
     */
    public Mono<Void> drain(Duration grace) {
        return Mono.defer(() -> {
            List<Mono<Void>> draining = new ArrayList<>();
            var ended = Sinks.<Void>one();
            synchronized (this) {
                functions.values().forEach(function -> draining.add(function.drain(grace)));
                // Joined here and not by the caller, whose cancel must not end threads that still finish runs; as one
                // step, so that no trigger is attached to what has begun to end.
                Mono.whenDelayError(draining).subscribe(nothing -> {}, error -> end(ended), () -> end(ended));
            }
            return ended.asMono();
        });
    }

    private void end(Sinks.One<Void> ended) {
        workers.stop();
        loops.close();
        ended.tryEmitEmpty();
    }

    /** The meters of an engine, for the documentation. */
    public static List<MeterDoc> meters() {
        return EngineMeters.docs();
    }

    /**
     * One meter as documented.
     *
     * @param name its Micrometer name
     * @param type counter, gauge or timer
     * @param unit what one of it is
     * @param tags its tags
     * @param description what it tells
     */
    public record MeterDoc(String name, String type, String unit, List<String> tags, String description) {}
}
