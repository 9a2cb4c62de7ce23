package dev.sluice.engine;

import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.scaling.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Every meter of this module: the code that registers it and the line that documents it. */
enum EngineMeters {
    HELD_BYTES(Of.ENGINE, Type.GAUGE, "sluice.engine.held", "bytes", "events held by all pipelines"),
    HELD_MAX(
            Of.ENGINE,
            Type.GAUGE,
            "sluice.engine.held.max",
            "bytes",
            "what they may hold before no more are asked for; the overshoot is what was asked for already"),
    ZOMBIES(Of.ENGINE, Type.GAUGE, "sluice.engine.zombies", "runs", "runs past their deadline, still on a thread"),

    JOURNAL_BYTES(Of.ENGINE, Type.GAUGE, "sluice.journal.size", "bytes", "what the journal of decisions holds"),
    JOURNAL_EVICTED(
            Of.ENGINE, Type.COUNTER, "sluice.journal.evicted", "entries", "decisions that gave way to newer ones"),

    INSTANCES(Of.INSTANCES, Type.GAUGE, "sluice.function.instances", "instances", "instances by how far they are"),
    WANTED(Of.FUNCTION, Type.GAUGE, "sluice.function.wanted", "instances", "instances that should be"),
    SLOTS(Of.FUNCTION, Type.GAUGE, "sluice.function.slots", "slots", "slots of all instances that are wanted"),
    LEASED(Of.FUNCTION, Type.GAUGE, "sluice.function.leased", "slots", "slots in use"),
    CALLS_WAITING(Of.FUNCTION, Type.GAUGE, "sluice.function.calls.waiting", "calls", "calls that wait for a slot"),
    SLOTS_CAP(
            Of.FUNCTION,
            Type.GAUGE,
            "sluice.function.slots.cap",
            "slots",
            "slots that may be in use by concurrency: adaptive; -1 when nothing caps them"),
    DECISIONS(
            Of.DECISIONS,
            Type.COUNTER,
            "sluice.function.scaling.decisions",
            "decisions",
            "decisions on the number of instances, some ten a second, by the rule that won"),
    CHANGES(
            Of.FUNCTION,
            Type.COUNTER,
            "sluice.function.scaling.changes",
            "changes",
            "decisions for another number of instances"),
    START_FAILURES(
            Of.FUNCTION,
            Type.COUNTER,
            "sluice.function.start.failures",
            "failures",
            "instances that failed to start; tried again with a back-off of 1 s to 60 s"),

    COLD_STARTS(Of.FUNCTION, Type.COUNTER, "faas.coldstarts", "coldstarts", "instances started"),
    INIT_DURATION(
            Of.FUNCTION,
            Type.TIMER,
            "faas.init_duration",
            "seconds",
            "from the decision to start an instance until it can be leased, as a histogram"),
    INVOCATIONS(Of.CAUSE, Type.COUNTER, "faas.invocations", "invocations", "runs that ended well"),
    ERRORS(Of.CAUSE, Type.COUNTER, "faas.errors", "errors", "runs that failed, those past their deadline included"),
    TIMEOUTS_OF_RUNS(Of.CAUSE, Type.COUNTER, "faas.timeouts", "timeouts", "runs that went past their deadline"),
    INVOKE_DURATION(Of.CAUSE, Type.TIMER, "faas.invoke_duration", "seconds", "number and sum of the runs' durations"),

    RUNNABLE(Of.TRIGGER, Type.GAUGE, "sluice.trigger.runnable", "events", "events that wait for a slot only"),
    RUNNING(Of.TRIGGER, Type.GAUGE, "sluice.trigger.running", "events", "events that run or are being settled"),
    BLOCKED(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.blocked",
            "events",
            "events behind their key, in back-off or parked"),
    BLOCKED_BYTES(Of.TRIGGER, Type.GAUGE, "sluice.trigger.blocked.size", "bytes", "what the blocked events hold"),
    WAITING(Of.TRIGGER, Type.GAUGE, "sluice.trigger.waiting", "events", "events in back-off"),
    PARKED(Of.TRIGGER, Type.GAUGE, "sluice.trigger.parked", "events", "events whose dead letter can't be stored"),
    STREAMS(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.streams.running",
            "streams",
            "streams of a stream function that run"),
    STREAMS_UNSETTLED(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.streams.unsettled",
            "events",
            "events that streams have and have not settled"),
    STREAM_RESTARTS(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.streams.restarts",
            "restarts",
            "streams that failed or completed, and start again after 1 s to 60 s"),
    WINDOWS_OPEN(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.windows.open",
            "windows",
            "windows of single keys (window.key) that wait for more events"),
    WINDOWS_BYTES(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.windows.size",
            "bytes",
            "what the events of open windows hold; they are blocked ones too"),
    WINDOWS_EARLY(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.windows.early",
            "windows",
            "open windows closed before their time, since more were open or they held more than there may be"),
    PARTITIONS_PAUSED(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.partitions.paused",
            "partitions",
            "partitions held back because of blocked events"),
    TROUBLES(
            Of.TRIGGER,
            Type.GAUGE,
            "sluice.trigger.troubles",
            "partitions",
            "partitions that are not read though they should be"),
    RECEIVED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.received", "events", "events received"),
    RECEIVED_WEIGHTED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.received.weighted",
            "events",
            "events received, each as often as its sampledrate says"),
    EXPIRED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.expired",
            "events",
            "events and calls whose expirytime had come before them: put aside, or refused, without a run"),
    FILTERED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.filtered", "events", "events that the filter did not want"),
    REPEATED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.repeated",
            "events",
            "events that were not run because one like them was done, by dedupe"),
    REPEATS_KNOWN(
            Of.TRIGGER, Type.GAUGE, "sluice.trigger.repeats.known", "events", "done events that dedupe remembers"),
    REPEATS_SIZE(
            Of.TRIGGER, Type.GAUGE, "sluice.trigger.repeats.size", "bytes", "what these hold in memory, estimated"),
    REPEATS_FORGOTTEN(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.repeats.forgotten",
            "events",
            "done events that dedupe forgot before the end of its window, for want of room"),
    HELD_BACK(
            Of.LIMIT,
            Type.COUNTER,
            "sluice.trigger.held",
            "seconds",
            "time for which a ready event could not start because of the trigger's rate or its concurrency"),
    FILTER_ERRORS(Of.TRIGGER, Type.COUNTER, "sluice.trigger.filter.errors", "events", "filters that failed: no match"),
    RUNS(Of.TRIGGER, Type.COUNTER, "sluice.trigger.runs", "runs", "runs of the function that ended"),
    RUN_TIME(Of.TRIGGER, Type.COUNTER, "sluice.trigger.run.time", "seconds", "the sum of their durations"),
    DONE(Of.TRIGGER, Type.COUNTER, "sluice.trigger.done", "events", "events whose run ended well"),
    FAILED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.failed", "runs", "runs that failed"),
    TIMEOUTS(Of.TRIGGER, Type.COUNTER, "sluice.trigger.timeouts", "runs", "runs that went past their deadline"),
    ABANDONED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.abandoned",
            "runs",
            "runs that ignored their cancel for one more deadline"),
    RETRIED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.retried", "events", "tries after the first"),
    DEAD_LETTERED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.dead.letters", "events", "dead letters stored"),
    DEAD_LETTER_FAILURES(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.dead.letter.failures",
            "events",
            "dead letters that could not be stored"),
    ACCEPT_FAILURES(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.accept.failures",
            "events",
            "acceptances that the source could not confirm; asked again"),
    LOOPED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.looped",
            "events",
            "dead letters of a loop that came to a trigger again; taken off without a run"),
    DROPPED(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.dropped",
            "events",
            "events dropped by on-dead-letter-failure: drop"),
    RELEASED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.released", "events", "events given back to their source"),
    ANSWERS(Of.TRIGGER, Type.COUNTER, "sluice.trigger.answers", "events", "answers published"),
    PAUSES(Of.TRIGGER, Type.COUNTER, "sluice.trigger.pauses", "pauses", "partitions paused because of blocked events"),
    RETRIES_PUT_OFF(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.retries.put.off",
            "retries",
            "times that a due retry was put off by 100 ms, so that fresh events get slots"),
    CALLS_REFUSED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.calls.refused", "calls", "calls refused at the entrance"),
    CALLS_OVER_RATE(
            Of.TRIGGER,
            Type.COUNTER,
            "sluice.trigger.calls.over.rate",
            "calls",
            "calls refused because they were over the trigger's rate");

    private enum Of {
        ENGINE,
        FUNCTION,
        INSTANCES,
        DECISIONS,
        /** By what causes the runs: a topic's events or calls; named as OpenTelemetry does. */
        CAUSE,
        TRIGGER,
        /** By which limit of a trigger, rate or concurrency. */
        LIMIT
    }

    private enum Type {
        COUNTER,
        GAUGE,
        TIMER
    }

    private static final Duration[] INIT_BUCKETS = Stream.of(5, 25, 100, 250, 1_000, 2_500, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Of of;
    private final Type type;
    private final String meter;
    private final String unit;
    private final String description;

    EngineMeters(Of of, Type type, String meter, String unit, String description) {
        this.of = of;
        this.type = type;
        this.meter = meter;
        this.unit = unit;
        this.description = description;
    }

    static void bindEngine(MeterRegistry registry, Shared shared) {
        HELD_BYTES.bind(registry, shared, Shared::heldBytes);
        HELD_MAX.bind(registry, shared, Shared::heldBytesMax);
        ZOMBIES.bind(registry, shared, Shared::zombies);
        JOURNAL_BYTES.bind(registry, shared.journal(), Journal::bytes);
        JOURNAL_EVICTED.bind(registry, shared.journal(), Journal::evicted);
    }

    /** Registers a function's meters; whoever ends the function removes them. */
    static List<Meter> bindFunction(MeterRegistry registry, String function, Dispatcher dispatcher) {
        var bound = new ArrayList<Meter>();
        var pool = dispatcher.pool();
        bound.add(INSTANCES.bind(registry, pool, InstancePool::ready, "function", function, "state", "ready"));
        bound.add(INSTANCES.bind(registry, pool, InstancePool::starting, "function", function, "state", "starting"));
        bound.add(INSTANCES.bind(registry, pool, InstancePool::draining, "function", function, "state", "draining"));
        bound.add(WANTED.bind(registry, pool, InstancePool::wanted, "function", function));
        bound.add(SLOTS.bind(registry, pool, InstancePool::capacity, "function", function));
        bound.add(SLOTS_CAP.bind(
                registry, dispatcher.sizing(), s -> s.slotsCap() == 0 ? -1 : s.slotsCap(), "function", function));
        bound.add(LEASED.bind(registry, pool, InstancePool::leased, "function", function));
        bound.add(CALLS_WAITING.bind(registry, dispatcher, Dispatcher::callsWaiting, "function", function));
        bound.add(COLD_STARTS.bind(registry, pool, InstancePool::starts, "function", function));
        bound.add(START_FAILURES.bind(registry, pool, InstancePool::failedStarts, "function", function));
        bound.add(initDuration(registry, function));
        bindRuns(registry, function, "pubsub", dispatcher.runsOf(false), bound);
        bindRuns(registry, function, "http", dispatcher.runsOf(true), bound);
        bound.add(CHANGES.bind(registry, dispatcher, d -> of(d, Scaler::changes), "function", function));
        for (var reason : Reason.values()) {
            String[] tags = {"function", function, "reason", reason.name().toLowerCase(Locale.ROOT)};
            bound.add(DECISIONS.bind(registry, dispatcher, d -> of(d, s -> s.decided(reason)), tags));
        }
        return bound;
    }

    /** A figure of a function's scaler; 0 when it has none, as when its number of instances is fixed. */
    private static double of(Dispatcher dispatcher, ToDoubleFunction<Scaler> figure) {
        var scaler = dispatcher.sizing().scaler();
        return scaler == null ? 0 : figure.applyAsDouble(scaler);
    }

    /** A figure of a trigger's open windows; 0 where none are kept. */
    private static double of(Lanes lanes, ToDoubleFunction<OpenWindows> figure) {
        var windows = lanes.windows();
        return windows == null ? 0 : figure.applyAsDouble(windows);
    }

    /** A figure of a trigger's streams; 0 where there are none. */
    private static double ofStreams(Pipeline pipeline, ToDoubleFunction<Streams> figure) {
        var streams = pipeline.streams();
        return streams == null ? 0 : figure.applyAsDouble(streams);
    }

    private static void bindRuns(
            MeterRegistry registry, String function, String cause, RunTotals runs, List<Meter> bound) {
        String[] tags = {"function", function, "faas.trigger", cause};
        bound.add(INVOCATIONS.bind(registry, runs, RunTotals::succeeded, tags));
        bound.add(ERRORS.bind(registry, runs, RunTotals::failed, tags));
        bound.add(TIMEOUTS_OF_RUNS.bind(registry, runs, RunTotals::timedOut, tags));
        bound.add(FunctionTimer.builder(
                        INVOKE_DURATION.meter, runs, RunTotals::ended, RunTotals::nanos, TimeUnit.NANOSECONDS)
                .tags(tags)
                .description(INVOKE_DURATION.description)
                .register(registry));
    }

    /** Takes how long an instance took to start. The registry finds it by its name: starts are rare. */
    static Timer initDuration(MeterRegistry registry, String function) {
        return Timer.builder(INIT_DURATION.meter)
                .tags("function", function)
                .description(INIT_DURATION.description)
                .serviceLevelObjectives(INIT_BUCKETS)
                .register(registry);
    }

    /** Registers a trigger's meters; whoever ends the trigger removes them. */
    static List<Meter> bindTrigger(MeterRegistry registry, Pipeline pipeline) {
        var bound = new ArrayList<Meter>();
        var tags = new String[] {"function", pipeline.function(), "trigger", pipeline.name()};
        bound.add(RUNNABLE.bind(registry, pipeline, Pipeline::runnable, tags));
        bound.add(RUNNING.bind(registry, pipeline.lanes.sums, LaneSums::inFlight, tags));
        bound.add(BLOCKED.bind(registry, pipeline, Pipeline::blocked, tags));
        bound.add(BLOCKED_BYTES.bind(registry, pipeline, Pipeline::blockedBytes, tags));
        bound.add(WAITING.bind(registry, pipeline.lanes.sums, LaneSums::waiting, tags));
        bound.add(PARKED.bind(registry, pipeline.lanes.sums, LaneSums::parked, tags));
        bound.add(STREAMS.bind(registry, pipeline, p -> ofStreams(p, Streams::running), tags));
        bound.add(STREAMS_UNSETTLED.bind(registry, pipeline, p -> ofStreams(p, Streams::unsettled), tags));
        bound.add(STREAM_RESTARTS.bind(registry, pipeline.counts.streamRestarts, Count::get, tags));
        bound.add(WINDOWS_OPEN.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::open), tags));
        bound.add(WINDOWS_BYTES.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::bytes), tags));
        bound.add(WINDOWS_EARLY.bind(registry, pipeline.lanes, l -> of(l, OpenWindows::closedEarly), tags));
        bound.add(PARTITIONS_PAUSED.bind(registry, pipeline, Pipeline::pausedPartitions, tags));
        bound.add(TROUBLES.bind(registry, pipeline, p -> p.troubles().size(), tags));
        var counts = pipeline.counts;
        bound.add(RECEIVED.bind(registry, pipeline.arrivals, Arrivals::received, tags));
        bound.add(RECEIVED_WEIGHTED.bind(registry, pipeline, p -> p.arrivals.received() + p.counts.unseen.get(), tags));
        bound.add(EXPIRED.bind(registry, counts.expired, Count::get, tags));
        bound.add(FILTERED.bind(registry, pipeline.arrivals, Arrivals::filtered, tags));
        bound.add(FILTER_ERRORS.bind(registry, pipeline.arrivals, Arrivals::filterErrors, tags));
        bound.add(RUNS.bind(registry, counts.runs, Count::get, tags));
        bound.add(RUN_TIME.bind(registry, counts.runNanos, EngineMeters::seconds, tags));
        bound.add(DONE.bind(registry, counts.done, Count::get, tags));
        bound.add(FAILED.bind(registry, counts.failed, Count::get, tags));
        bound.add(TIMEOUTS.bind(registry, counts.timeouts, Count::get, tags));
        bound.add(ABANDONED.bind(registry, counts.abandoned, Count::get, tags));
        bound.add(RETRIED.bind(registry, counts.retried, Count::get, tags));
        bound.add(DEAD_LETTERED.bind(registry, counts.deadLettered, Count::get, tags));
        bound.add(DEAD_LETTER_FAILURES.bind(registry, counts.deadLetterFailures, Count::get, tags));
        bound.add(ACCEPT_FAILURES.bind(registry, counts.acceptFailures, Count::get, tags));
        bound.add(LOOPED.bind(registry, counts.looped, Count::get, tags));
        bound.add(DROPPED.bind(registry, counts.dropped, Count::get, tags));
        bound.add(RELEASED.bind(registry, counts.released, Count::get, tags));
        bound.add(ANSWERS.bind(registry, counts.answers, Count::get, tags));
        bound.add(PAUSES.bind(registry, counts.pauses, Count::get, tags));
        bound.add(RETRIES_PUT_OFF.bind(registry, counts.retriesPutOff, Count::get, tags));
        bound.add(CALLS_REFUSED.bind(registry, counts.callsRefused, LongAdder::sum, tags));
        bound.add(CALLS_OVER_RATE.bind(registry, counts.callsOverRate, LongAdder::sum, tags));
        bindLimits(registry, pipeline, tags, bound);
        return bound;
    }

    /** Those of what a trigger keeps the function from; none for limits that it does not have. */
    private static void bindLimits(MeterRegistry registry, Pipeline pipeline, String[] tags, List<Meter> bound) {
        var throttle = pipeline.throttle();
        if (throttle != null) {
            bound.add(HELD_BACK.bind(registry, throttle.rateNanos, EngineMeters::seconds, and(tags, "limit", "rate")));
            bound.add(HELD_BACK.bind(
                    registry, throttle.concurrencyNanos, EngineMeters::seconds, and(tags, "limit", "concurrency")));
        }
        var repeats = pipeline.repeats();
        if (repeats != null) {
            bound.add(REPEATED.bind(registry, repeats.repeated, Count::get, tags));
            bound.add(REPEATS_KNOWN.bind(registry, repeats, Repeats::entries, tags));
            bound.add(REPEATS_SIZE.bind(registry, repeats, Repeats::bytes, tags));
            bound.add(REPEATS_FORGOTTEN.bind(registry, repeats.forgotten, Count::get, tags));
        }
    }

    private static double seconds(Count nanos) {
        return nanos.get() / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static String[] and(String[] tags, String name, String value) {
        var more = Arrays.copyOf(tags, tags.length + 2);
        more[tags.length] = name;
        more[tags.length + 1] = value;
        return more;
    }

    private <T> Meter bind(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... tags) {
        return type == Type.COUNTER
                ? FunctionCounter.builder(meter, of, value)
                        .tags(tags)
                        .baseUnit(unit)
                        .description(description)
                        .register(registry)
                : Gauge.builder(meter, of, value)
                        .tags(tags)
                        .baseUnit(unit)
                        .description(description)
                        .strongReference(true)
                        .register(registry);
    }

    private List<String> tags() {
        return switch (of) {
            case ENGINE -> List.of();
            case FUNCTION -> List.of("function");
            case INSTANCES -> List.of("function", "state");
            case DECISIONS -> List.of("function", "reason");
            case CAUSE -> List.of("function", "faas.trigger");
            case TRIGGER -> List.of("function", "trigger");
            case LIMIT -> List.of("function", "trigger", "limit");
        };
    }

    static List<Engine.MeterDoc> docs() {
        return Stream.of(values())
                .map(m -> new Engine.MeterDoc(
                        m.meter, m.type.name().toLowerCase(Locale.ROOT), m.unit, m.tags(), m.description))
                .toList();
    }
}
