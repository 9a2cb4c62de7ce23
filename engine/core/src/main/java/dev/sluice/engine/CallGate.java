package dev.sluice.engine;

import dev.sluice.broker.Call;
import dev.sluice.broker.Intake.Admission;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A function's entrance for calls: admits those that may wait for a slot, and refuses the others at once. From any thread. */
final class CallGate {
    private static final int WAITING_MIN = 64;

    private final Dispatcher dispatcher;
    /** Calls of triggers that hold none of theirs back. */
    private final AtomicInteger waiting = new AtomicInteger();
    /** Those of triggers with a rate or a concurrency: what these hold back must not shut the others out. */
    private final AtomicInteger held = new AtomicInteger();

    CallGate(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /**
     * Admits a call within the trigger's rate, while fewer than ten capacities of them wait for a slot, and at least 64. A
     * trigger with a rate or a concurrency is counted for itself, the others together.
     */
    Admission submit(Pipeline pipeline, Call call) {
        var refused = unserved(pipeline);
        if (refused == null) {
            // Before the rate, which books a turn.
            refused = overQueue(pipeline);
        }
        if (refused == null) {
            refused = overRate(pipeline);
            if (refused != null) {
                left(pipeline);
            }
        }
        if (refused != null) {
            return refused;
        }
        var task = new Task(pipeline, call);
        task.waitingCall = true;
        dispatcher.signal(task);
        Admission.Admitted admitted = () -> dispatcher.signal(() -> pipeline.calls.cancel(task));
        return admitted;
    }

    private Admission.@Nullable Refused unserved(Pipeline pipeline) {
        if (dispatcher.spec().code().shape().stream()) {
            return new Admission.Refused(named() + " is a stream: it takes the events of its trigger only", 60, false);
        }
        if (dispatcher.closing()) {
            return new Admission.Refused(named() + " is stopping", 1, false);
        }
        var pool = dispatcher.pool();
        if (pool.ready() == 0 && !pool.newcomers().problem().isEmpty()) {
            pipeline.counts.callsRefused.increment();
            return new Admission.Refused(
                    named() + " has no instance: " + pool.newcomers().problem(),
                    pool.newcomers().retrySeconds(),
                    false);
        }
        return null;
    }

    private Admission.@Nullable Refused overRate(Pipeline pipeline) {
        var throttle = pipeline.throttle();
        var seconds = throttle == null ? 0 : throttle.admit(dispatcher.nanos());
        if (throttle == null || seconds == 0) {
            return null;
        }
        pipeline.counts.callsRefused.increment();
        pipeline.counts.callsOverRate.increment();
        return new Admission.Refused("trigger '" + pipeline.name() + "' " + throttle.overRate(), seconds, true);
    }

    private Admission.@Nullable Refused overQueue(Pipeline pipeline) {
        var limit = Math.max(WAITING_MIN, 10L * dispatcher.spec().slotsMax());
        if (counter(pipeline).incrementAndGet() <= limit) {
            if (pipeline.throttle() != null) {
                held.incrementAndGet();
            }
            return null;
        }
        counter(pipeline).decrementAndGet();
        pipeline.counts.callsRefused.increment();
        var whose = pipeline.throttle() == null ? named() : "trigger '" + pipeline.name() + "'";
        return new Admission.Refused(whose + " has " + limit + " calls waiting, its limit", 1, true);
    }

    private AtomicInteger counter(Pipeline pipeline) {
        return pipeline.throttle() == null ? waiting : pipeline.calls.held;
    }

    private String named() {
        return "function '" + dispatcher.spec().name() + "'";
    }

    /** A call waits no longer for a slot. */
    void left(Pipeline pipeline) {
        counter(pipeline).decrementAndGet();
        if (pipeline.throttle() != null) {
            held.decrementAndGet();
        }
    }

    /** Calls that wait for a slot. */
    int waiting() {
        return waiting.get() + held.get();
    }
}
