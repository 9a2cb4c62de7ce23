package dev.sluice.engine;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Every meter of this module: the code that registers it and the line that documents it. */
enum EngineMeters {
    HELD_BYTES(Of.ENGINE, Type.GAUGE, "sluice.engine.held", "bytes", "events held by all pipelines"),
    ZOMBIES(Of.ENGINE, Type.GAUGE, "sluice.engine.zombies", "runs", "runs past their deadline, still on a thread"),

    INSTANCES(Of.FUNCTION, Type.GAUGE, "sluice.function.instances", "instances", "instances that are ready"),
    SLOTS(Of.FUNCTION, Type.GAUGE, "sluice.function.slots", "slots", "slots of all instances that are wanted"),
    LEASED(Of.FUNCTION, Type.GAUGE, "sluice.function.leased", "slots", "slots in use"),
    CALLS_WAITING(Of.FUNCTION, Type.GAUGE, "sluice.function.calls.waiting", "calls", "calls that wait for a slot"),

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
    FILTERED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.filtered", "events", "events that the filter did not want"),
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
    CALLS_REFUSED(Of.TRIGGER, Type.COUNTER, "sluice.trigger.calls.refused", "calls", "calls refused at the entrance");

    private enum Of {
        ENGINE,
        FUNCTION,
        TRIGGER
    }

    private enum Type {
        COUNTER,
        GAUGE
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

    static void bindEngine(MeterRegistry registry, Shared shared) {
        HELD_BYTES.bind(registry, shared, Shared::heldBytes);
        ZOMBIES.bind(registry, shared, Shared::zombies);
    }

    static void bindFunction(MeterRegistry registry, String function, Dispatcher dispatcher) {
        INSTANCES.bind(registry, dispatcher, d -> d.pool().ready(), "function", function);
        SLOTS.bind(registry, dispatcher, d -> d.pool().capacity(), "function", function);
        LEASED.bind(registry, dispatcher, d -> d.pool().leased(), "function", function);
        CALLS_WAITING.bind(registry, dispatcher, Dispatcher::callsWaiting, "function", function);
    }

    static void bindTrigger(MeterRegistry registry, Pipeline pipeline) {
        var tags = new String[] {"function", pipeline.function(), "trigger", pipeline.name()};
        RUNNABLE.bind(registry, pipeline.lanes, Lanes::runnable, tags);
        RUNNING.bind(registry, pipeline.lanes, Lanes::inFlight, tags);
        BLOCKED.bind(registry, pipeline.lanes, Lanes::blocked, tags);
        BLOCKED_BYTES.bind(registry, pipeline.lanes, Lanes::blockedBytes, tags);
        WAITING.bind(registry, pipeline.lanes, Lanes::waiting, tags);
        PARKED.bind(registry, pipeline.lanes, Lanes::parked, tags);
        PARTITIONS_PAUSED.bind(registry, pipeline, Pipeline::pausedPartitions, tags);
        TROUBLES.bind(registry, pipeline, p -> p.troubles().size(), tags);
        var counts = pipeline.counts;
        RECEIVED.bind(registry, counts.received, Count::get, tags);
        FILTERED.bind(registry, counts.filtered, Count::get, tags);
        FILTER_ERRORS.bind(registry, counts.filterErrors, Count::get, tags);
        RUNS.bind(registry, counts.runs, Count::get, tags);
        RUN_TIME.bind(registry, counts.runNanos, nanos -> nanos.get() / (double) TimeUnit.SECONDS.toNanos(1), tags);
        DONE.bind(registry, counts.done, Count::get, tags);
        FAILED.bind(registry, counts.failed, Count::get, tags);
        TIMEOUTS.bind(registry, counts.timeouts, Count::get, tags);
        ABANDONED.bind(registry, counts.abandoned, Count::get, tags);
        RETRIED.bind(registry, counts.retried, Count::get, tags);
        DEAD_LETTERED.bind(registry, counts.deadLettered, Count::get, tags);
        DEAD_LETTER_FAILURES.bind(registry, counts.deadLetterFailures, Count::get, tags);
        ACCEPT_FAILURES.bind(registry, counts.acceptFailures, Count::get, tags);
        LOOPED.bind(registry, counts.looped, Count::get, tags);
        DROPPED.bind(registry, counts.dropped, Count::get, tags);
        RELEASED.bind(registry, counts.released, Count::get, tags);
        ANSWERS.bind(registry, counts.answers, Count::get, tags);
        PAUSES.bind(registry, counts.pauses, Count::get, tags);
        CALLS_REFUSED.bind(registry, counts.callsRefused, LongAdder::sum, tags);
    }

    private <T> void bind(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... tags) {
        if (type == Type.COUNTER) {
            FunctionCounter.builder(meter, of, value)
                    .tags(tags)
                    .baseUnit(unit)
                    .description(description)
                    .register(registry);
        } else {
            Gauge.builder(meter, of, value)
                    .tags(tags)
                    .baseUnit(unit)
                    .description(description)
                    .strongReference(true)
                    .register(registry);
        }
    }

    static List<Engine.MeterDoc> docs() {
        return Stream.of(values())
                .map(m -> new Engine.MeterDoc(
                        m.meter,
                        m.type.name().toLowerCase(Locale.ROOT),
                        m.unit,
                        switch (m.of) {
                            case ENGINE -> List.of();
                            case FUNCTION -> List.of("function");
                            case TRIGGER -> List.of("function", "trigger");
                        },
                        m.description))
                .toList();
    }
}
