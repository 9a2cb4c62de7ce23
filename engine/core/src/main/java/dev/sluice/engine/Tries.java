package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's tries: whether one can start, alone or as a batch, what it starts with, how long it may take. What comes of
 * it is the matter of the {@link Settlement}. On the home loop, but for {@link #timeoutNanos}.
 */
final class Tries {
    private static final long BESIDE_RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final TriggerSpec spec;
    private final Lanes lanes;
    private final PipelineCounts counts;
    private final Recorder recorder;
    private final Settlement settlement;
    private final @Nullable OpenWindows windows;
    private final @Nullable Throttle throttle;
    private final @Nullable Repeats repeats;
    private final @Nullable Streams streams;
    private final TimerList<Attempt> deadlines = new TimerList<>();

    private @Nullable BatchPolicy batch;
    private volatile long timeoutNanos;

    Tries(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        spec = pipeline.spec();
        lanes = pipeline.lanes;
        counts = pipeline.counts;
        recorder = pipeline.recorder;
        settlement = pipeline.settlement();
        windows = lanes.windows();
        throttle = pipeline.throttle();
        repeats = pipeline.repeats();
        streams = pipeline.streams();
        version(dispatcher.spec());
    }

    /** From now on tries are those of a version that takes one event, or a list, as the one before. */
    void version(FunctionSpec function) {
        // A caller waits for the answers to its own event, so calls are never gathered.
        var gathered = spec.source() == null ? new BatchPolicy(1, Duration.ZERO) : function.gathered();
        batch = function.code().shape().batch() ? gathered : null;
        if (windows != null) {
            windows.policy(function.window());
        }
        recorder.version(function);
        timeoutNanos =
                Math.min(function.timeout().toNanos(), spec.delivery().timeout().toNanos());
    }

    // ---- whether one can start

    /** Whether a try can start: an event is ready, and a batch is full or has waited long enough. */
    boolean hasWork(long now) {
        if (streams != null) {
            return !pipeline.departures.ending() && streams.wantsInstance(now);
        }
        lanes.closeDue(now);
        if (throttle != null && held(throttle, now)) {
            return false;
        }
        if (!lanes.ready.hasReady()) {
            return false;
        }
        if (batch == null || !waitsForMore(batch)) {
            return true;
        }
        var due = lanes.ready.readySince() + batch.within().toNanos();
        if (due - now <= 0) {
            return true;
        }
        dispatcher.wakeAt(due);
        return false;
    }

    /** Whether ready events wait for others to make their batch full. */
    boolean gathers(long now) {
        return batch != null
                && lanes.ready.hasReady()
                && waitsForMore(batch)
                && lanes.ready.readySince() + batch.within().toNanos() - now > 0;
    }

    /** Whether a batch of what is ready would be one that more may join; windows have their own way to gather. */
    private boolean waitsForMore(BatchPolicy policy) {
        return windows == null
                && !pipeline.departures.draining()
                && lanes.sums.runnable() < policy.size()
                && !lanes.ready.nextRepeats();
    }

    private boolean held(Throttle limits, long now) {
        if (!lanes.ready.hasReady()) {
            limits.idle();
            return false;
        }
        if (!limits.holds(now)) {
            return false;
        }
        if (limits.hold() == Throttle.Hold.RATE) {
            dispatcher.wakeAt(limits.dueNanos());
        } else if (pipeline.beside) {
            // What it may have grows when others end, or instances come, and nobody tells it.
            dispatcher.wakeAt(now + BESIDE_RECHECK_NANOS);
        }
        return true;
    }

    /** Whether it competes for slots: one that its own limits hold back does not. */
    boolean competes(long now) {
        return lanes.ready.hasReady() && (throttle == null || throttle.open(now));
    }

    // ---- their beginning

    /** Starts a try on the instance, whose slot is leased. */
    void start(Instance instance, long now) {
        if (streams != null) {
            streams.start(instance, now);
            return;
        }
        Attempt attempt;
        if (batch == null) {
            var task = lanes.ready.take();
            if (putAside(task, now)) {
                dispatcher.slotFree(instance);
                return;
            }
            attempt = new Attempt(pipeline, task, null, instance, sinkOf(task), now);
            begin(task, attempt, now);
        } else {
            var tasks = new ArrayList<Task>(Math.min(batch.size(), lanes.sums.runnable()));
            lanes.ready.takeBatch(batch.size(), tasks);
            tasks.removeIf(task -> putAside(task, now));
            if (tasks.isEmpty()) {
                dispatcher.slotFree(instance);
                return;
            }
            attempt = new Attempt(pipeline, tasks.get(0), tasks, instance, sinkOf(tasks.get(0)), now);
            for (var task : tasks) {
                begin(task, attempt, now);
            }
        }
        deadlines.add(attempt, now + timeoutNanos);
        dispatcher.wakeAt(attempt.dueNanos());
        dispatcher.leased(attempt.startNanos);
        if (throttle != null) {
            throttle.begun(attempt.batch == null ? 1 : attempt.batch.size(), now);
        }
        if (attempt.start()) {
            dispatcher.handle(attempt);
        }
    }

    /** Makes a dead letter, in its turn, of an event that must not run; others may have been run, or wait to be. */
    private boolean putAside(Task task, long now) {
        if (task.reason != null) {
            settlement.deadLetter(task);
            return true;
        }
        return repeats != null && repeats(repeats, task, now);
    }

    private boolean repeats(Repeats known, Task task, long now) {
        if (task.lane().waitsBefore(task)) {
            // Of a batch: those before it in its lane wait. It has to as well, lest two wait for each other.
            settlement.notYet(task);
            return true;
        }
        switch (known.turn(task, now)) {
            case RUN -> {
                return false;
            }
            case REPEAT -> {
                recorder.repeats(task, Stage.DEDUPLICATED, null);
                settlement.accept(task);
            }
            case BEHIND -> {
                recorder.repeats(task, Stage.BEHIND_LIKE, task.noted ? known.openLike(task) : null);
                settlement.behind(task);
                if (!task.gone()) {
                    known.wait(task);
                }
            }
        }
        return true;
    }

    private AnswerSink sinkOf(Task task) {
        var call = task.call();
        return call == null ? spec.answers().sink() : call.answers();
    }

    private void begin(Task task, Attempt attempt, long now) {
        pipeline.calls.leaveQueue(task);
        task.attempt = attempt;
        if (task.tries == 0) {
            dispatcher.budget().freshStart();
        } else {
            counts.retried.add(1);
        }
        if (!task.tried) {
            task.tried = true;
            task.firstTryNanos = now;
        }
        task.begun();
    }

    // ---- their end

    /** A run has ended: its slot is free. */
    void ended(Attempt attempt) {
        deadlines.remove(attempt);
        counts.runs.add(1);
        counts.runNanos.add(attempt.runNanos());
        var events = attempt.batch == null ? 1 : attempt.batch.size();
        dispatcher.ended(attempt.instance, attempt.startNanos, attempt.runNanos(), events);
        if (throttle != null) {
            throttle.ended();
            dispatcher.activate(pipeline);
        }
    }

    /** An event has left, done or given back: what waited for it has its turn. */
    void left(Task task, boolean well) {
        if (repeats == null) {
            return;
        }
        var now = dispatcher.recentNanos();
        for (var next : repeats.left(task, well, now)) {
            if (next.state == Task.State.WAITING) {
                lanes.due(next, now);
                dispatcher.activate(pipeline);
            }
        }
    }

    /** Ends those that have taken too long. */
    void tick(long now) {
        for (var late = deadlines.pollDue(now); late != null; late = deadlines.pollDue(now)) {
            expire(late, now);
        }
        if (!deadlines.isEmpty()) {
            dispatcher.wakeAt(deadlines.firstDue());
        }
    }

    private void expire(Attempt late, long now) {
        if (late.isZombie()) {
            counts.abandoned.add(1);
            late.abandon();
            return;
        }
        counts.timeouts.add(1);
        late.cancel(timedOut());
        if (late.isZombie()) {
            deadlines.add(late, now + timeoutNanos);
            tellCaller(late.first);
        } else {
            // Also one that had ended and whose signal was lost: the deadline is the last that looks at it.
            late.handle();
        }
    }

    /** A caller need not wait for the end of a run that will not answer any more; its slot has to. */
    private void tellCaller(Task task) {
        var call = task.call();
        if (call != null && !task.lost) {
            task.lost = true;
            call.fail(timedOut());
        }
    }

    private FunctionException timedOut() {
        return new FunctionException.TimedOut(pipeline.function(), Duration.ofNanos(timeoutNanos));
    }

    /** How long one may take. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Whether a run has a slot. */
    boolean running() {
        return !deadlines.isEmpty();
    }

    boolean takesBatches() {
        return batch != null;
    }
}
