package dev.sluice.engine;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Every meter of this module: what it is of, and the line that documents it. */
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
        ENGINE(),
        FUNCTION("function"),
        INSTANCES("function", "state"),
        DECISIONS("function", "reason"),
        /** By what causes the runs: a topic's events or calls; named as OpenTelemetry does. */
        CAUSE("function", "faas.trigger"),
        TRIGGER("function", "trigger"),
        /** By which limit of a trigger, rate or concurrency. */
        LIMIT("function", "trigger", "limit");

        private final String tags;

        Of(String... tags) {
            this.tags = String.join(" ", tags);
        }

        private List<String> tags() {
            return tags.isEmpty() ? List.of() : List.of(tags.split(" ", -1));
        }
    }

    private enum Type {
        COUNTER,
        GAUGE,
        TIMER
    }

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

    /** Registers it for one of the things that it is of. */
    <T> Meter bind(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... tags) {
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

    /** Registers a timer whose number and sum of durations are counted elsewhere. */
    <T> Meter bind(MeterRegistry registry, T of, ToLongFunction<T> number, ToDoubleFunction<T> nanos, String... tags) {
        return FunctionTimer.builder(meter, of, number, nanos, TimeUnit.NANOSECONDS)
                .tags(tags)
                .description(description)
                .register(registry);
    }

    /** Registers a histogram of durations that are told to it. */
    Timer histogram(MeterRegistry registry, Duration[] buckets, String... tags) {
        return Timer.builder(meter)
                .tags(tags)
                .description(description)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    static List<Engine.MeterDoc> docs() {
        return Stream.of(values())
                .map(m -> new Engine.MeterDoc(
                        m.meter, m.type.name().toLowerCase(Locale.ROOT), m.unit, m.of.tags(), m.description))
                .toList();
    }
}
