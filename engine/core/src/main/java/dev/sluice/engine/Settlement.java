package dev.sluice.engine;

import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * How a pipeline's events end: accepted, retried, as dead letters, or given back. On the home loop.
 *
 * <pre>
 * try ended well ─────────────────────────► accept ──► DONE
 * try failed ──► another try ──► WAITING ──► (ready again)      accept failed: asked again, 100 ms to 5 s later
 *            └─► none left ──► dead letter ──► accept ──► DONE
 *                                └─ not stored ──► PARKED 60 s │ trigger stops │ dropped
 * </pre>
 */
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final long PARKED_RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ACCEPT_RETRY_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ACCEPT_RETRY_MAX_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final Lanes lanes;
    private final PipelineCounts counts;
    private final TriggerSpec spec;
    private final DeadLetters deadLetters;
    private final FailureLog failures;
    private final Recorder recorder;

    /** When a retry last had to wait for the budget; 0 when none has. Read by anyone. */
    private volatile long retryPutOffNanos;

    Settlement(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        lanes = pipeline.lanes;
        counts = pipeline.counts;
        spec = pipeline.spec();
        recorder = pipeline.recorder;
        failures = new FailureLog(dispatcher.spec().name(), spec.name());
        deadLetters = new DeadLetters(
                dispatcher.spec().name(), spec, dispatcher.host().clock());
    }

    /** A run has ended and its answers are acknowledged, or it failed: what becomes of its events. */
    void settle(Attempt attempt) {
        dispatcher.touch(pipeline);
        counts.answers.add(attempt.answersPublished());
        var error = attempt.error();
        if (error != null) {
            counts.failed.add(1);
        } else {
            counts.succeeded.add(1);
        }
        if (attempt.batch == null) {
            settleOne(attempt.first, error);
        } else if (error != null) {
            new BatchOutcome(this, attempt.batch, pipeline.repeatsAsItWas()).failed(error);
        } else {
            new BatchOutcome(this, attempt.batch, false).ended(attempt.result());
        }
        if (lanes.ready.hasReady()) {
            dispatcher.activate(pipeline);
        }
    }

    /** Settles an event whose try has ended. */
    void settleOne(Task task, @Nullable Throwable error) {
        var described = error == null ? "" : DeadLetters.describe(error);
        // What went elsewhere has its end already; of a caller who was told there is still to tell why.
        if (!task.lost || task.call() != null) {
            recorder.tried(task, error, described);
        }
        task.attempt = null;
        if (task.lost) {
            land(task, Task.State.RELEASED);
        } else if (error == null) {
            counts.done.add(1);
            accept(task);
        } else {
            fail(task, error, described);
        }
    }

    private void fail(Task task, Throwable error, String described) {
        failures.failed(error, task.tries, dispatcher.nanos());
        var call = task.call();
        if (call != null) {
            land(task, Task.State.DONE);
            call.fail(error);
            return;
        }
        task.error = error;
        var now = dispatcher.nanos();
        var verdict = verdict(task, error, now);
        if (verdict.deadLetterReason() != null) {
            task.reason = verdict.deadLetterReason();
            deadLetter(task, described);
            return;
        }
        recorder.retries(task, verdict.retryAtNanos() - now);
        land(task, Task.State.WAITING);
        var overdue = verdict.retryAtNanos() + spec.delivery().backoff().max().toNanos();
        await(task, verdict.retryAtNanos(), overdue);
    }

    private Verdict verdict(Task task, Throwable error, long now) {
        LOG.atDebug()
                .addArgument(spec.name())
                .addArgument(task.tries)
                .addArgument(() -> DeadLetters.describe(error))
                .log("trigger {}: try {} failed: {}");
        return Verdict.after(
                error,
                task.tries,
                task.firstTryNanos,
                now,
                spec.delivery(),
                dispatcher.host().random());
    }

    /**
     * Each event of a window has failed with it: those that have a try left wait together, as long as the longest wait
     * of one of them, and run together again.
     */
    void failTogether(List<Task> window, Throwable error) {
        var now = dispatcher.nanos();
        failures.failed(error, window.get(0).tries, now);
        // Once for all: a message is the function author's code, and may be long.
        var described = DeadLetters.describe(error);
        var again = new ArrayList<Task>(window.size());
        var due = now;
        for (var task : window) {
            recorder.tried(task, error, described);
            task.attempt = null;
            task.error = error;
            var verdict = verdict(task, error, now);
            task.reason = verdict.deadLetterReason();
            if (task.reason == null) {
                due = Math.max(due, verdict.retryAtNanos());
                again.add(task);
            }
        }
        for (var task : window) {
            if (task.reason != null) {
                deadLetter(task, described);
            }
        }
        for (var task : again) {
            recorder.retries(task, due - now);
            land(task, Task.State.WAITING);
        }
        again.removeIf(Task::gone);
        if (!again.isEmpty()) {
            dispatcher.await(Task.Wait.of(
                    again, due, due + spec.delivery().backoff().max().toNanos()));
        }
    }

    /** Puts an event back first in its lane; the try does not count. */
    void again(Task task) {
        task.attempt = null;
        if (!task.lost) {
            recorder.note(task, Stage.TAKEN_BACK, "its batch or window is tried again");
            notTried(task);
        }
        land(task, task.lost ? Task.State.RELEASED : Task.State.QUEUED);
    }

    /** Puts an event back first in its lane that has had its turn and begun no try. */
    void notYet(Task task) {
        land(task, task.lost ? Task.State.RELEASED : Task.State.QUEUED);
    }

    /** Has an event that has begun no try wait until one like it has ended. */
    void behind(Task task) {
        land(task, task.lost ? Task.State.RELEASED : Task.State.WAITING);
    }

    /** A try that was not let finish does not count. */
    static void notTried(Task task) {
        task.tries--;
        task.delivery.triesBegun(task.tries);
    }

    /** Makes a dead letter of an event in flight that a stream could not take, or does not want. */
    void reject(Task task, Throwable why, String reason) {
        failures.failed(why, task.tries, dispatcher.nanos());
        task.error = why;
        task.reason = reason;
        deadLetter(task);
    }

    /** A stream has accepted an event, some time after it got it, and what it emitted before is stored. */
    void taken(Task task, Instance instance, long nanos) {
        recorder.stream(task, Stage.TAKEN, instance.number, nanos);
        counts.done.add(1);
        accept(task);
    }

    /** A stream hands an event back: it gets it again later, however often. */
    void later(Task task, Instance instance) {
        var wait = spec.delivery().backoff().nanos(1, dispatcher.host().random());
        recorder.stream(task, Stage.HANDED_BACK, instance.number, wait);
        notTried(task);
        land(task, Task.State.WAITING);
        var due = dispatcher.nanos() + wait;
        await(task, due, due);
    }

    /** A stream has ended and not settled an event, which is to be handed to the next one. */
    void unsettled(Task task, String why) {
        recorder.note(task, Stage.TAKEN_BACK, why);
        notTried(task);
    }

    /** Gives back an event that a stream has. */
    void takeBack(Task task) {
        notTried(task);
        giveBack(task);
    }

    /** Gives back an event in flight of which nothing is under way. */
    void giveBack(Task task) {
        pipeline.departures.giveBack(task);
        land(task, Task.State.RELEASED);
        // It made room, and nothing else may come that has the source asked for more.
        dispatcher.touch(pipeline);
    }

    /** Takes an event in flight off its source. */
    void accept(Task task) {
        task.step = Task.Step.ACCEPTING;
        Mono<Void> acceptance;
        try {
            acceptance = task.delivery.accept();
        } catch (RuntimeException bad) {
            acceptance = Mono.error(bad);
        }
        task.step(acceptance);
    }

    /** Stores an event in flight as a dead letter, for the reason that it has, then takes it off its source. */
    void deadLetter(Task task) {
        deadLetter(task, DeadLetters.describe(task.error));
    }

    private void deadLetter(Task task, String described) {
        var reason = task.reason;
        task.step = Task.Step.DEAD_LETTERING;
        var sink = spec.deadLetters();
        if (sink == null || reason == null) {
            throw new IllegalStateException("trigger '" + spec.name() + "' has no dead-letter topic, or no reason");
        }
        recorder.noteAlways(task, Stage.GIVEN_UP, task.error == null ? reason : reason + ", " + described);
        var storing = new FirstEnd() {
            @Override
            void failed(Throwable why) {
                task.onError(why);
            }

            @Override
            void stored() {
                task.onComplete();
            }
        };
        try {
            sink.publish(deadLetters.of(task, reason, task.error, described), task.delivery.key())
                    .subscribe(storing);
        } catch (RuntimeException bad) {
            storing.onError(bad);
        }
    }

    /** A step of an event's settling has ended. */
    void stepped(Task task, @Nullable Throwable error) {
        dispatcher.touch(pipeline);
        if (task.gone()) {
            return;
        }
        if (task.lost) {
            land(task, Task.State.RELEASED);
        } else if (task.step == Task.Step.ACCEPTING) {
            accepted(task, error);
        } else if (error == null) {
            counts.deadLettered.add(1);
            recorder.noteAlways(task, Stage.DEAD_LETTERED, sinkTopic());
            accept(task);
        } else {
            deadLetterFailed(task, error);
        }
        if (lanes.ready.hasReady()) {
            dispatcher.activate(pipeline);
        }
    }

    private String sinkTopic() {
        var sink = spec.deadLetters();
        return sink == null ? "" : sink.topic();
    }

    private void accepted(Task task, @Nullable Throwable error) {
        if (error == null) {
            recorder.note(task, Stage.ACCEPTED, "");
            land(task, Task.State.DONE);
            return;
        }
        recorder.noteError(task, Stage.ACCEPT_FAILED, error);
        counts.acceptFailures.add(1);
        var wait = Math.min(ACCEPT_RETRY_MIN_NANOS << Math.min(task.acceptFailures++, 10), ACCEPT_RETRY_MAX_NANOS);
        var due = dispatcher.nanos() + wait;
        await(task, due, due);
    }

    private void deadLetterFailed(Task task, Throwable error) {
        counts.deadLetterFailures.add(1);
        switch (spec.delivery().deadLetterFailure()) {
            case PARK -> {
                LOG.error(
                        "trigger {}: the dead letter of an event can't be stored; its key waits, next try in 60 s",
                        spec.name(),
                        error);
                recorder.noteError(task, Stage.PARKED, error);
                land(task, Task.State.PARKED);
                var due = dispatcher.nanos() + PARKED_RETRY_NANOS;
                await(task, due, due);
            }
            case STOP -> {
                recorder.noteAlways(
                        task, Stage.RELEASED, "its dead letter can't be stored, " + DeadLetters.describe(error));
                task.delivery.release();
                counts.released.add(1);
                land(task, Task.State.RELEASED);
                pipeline.departures.stop("a dead letter can't be stored: " + error.getMessage());
            }
            case DROP -> {
                counts.dropped.add(1);
                recorder.noteError(task, Stage.DROPPED, error);
                accept(task);
            }
        }
    }

    /** Lands an event; one that would have to wait while its partition or the engine is going is given back instead. */
    private void land(Task task, Task.State state) {
        var landed = state;
        if (state.grounded() && pipeline.departures.leaving(task)) {
            pipeline.departures.giveBack(task);
            landed = Task.State.RELEASED;
        }
        lanes.land(task, landed, dispatcher.recentNanos());
        if (task.gone()) {
            dispatcher.hold(-task.bytes);
            pipeline.tries.left(task, landed == Task.State.DONE && task.reason == null);
            pipeline.departures.settled();
        } else if (landed != Task.State.QUEUED) {
            pipeline.blocked(task);
        }
    }

    private void await(Task task, long due, long overdue) {
        if (!task.gone()) {
            dispatcher.await(new Task.Wait(task, due, overdue));
        }
    }

    /** A wait of one of its events is over; false when a retry has to wait for the budget. */
    boolean waited(Task.Wait wait, long now) {
        var task = wait.task;
        if (task.state == Task.State.WAITING && pipeline.streams() != null) {
            task.wait = null;
            lanes.fly(task);
            pipeline.arrivals.handOver(task);
        } else if (wait.window != null || task.state == Task.State.WAITING) {
            if (dispatcher.contended()
                    && wait.overdueNanos - now > 0
                    // One that gives way to others must not spend what their retries have.
                    && (pipeline.beside || !dispatcher.budget().spend())) {
                counts.retriesPutOff.add(1);
                retryPutOffNanos = now;
                return false;
            }
            due(wait, now);
            dispatcher.activate(pipeline);
        } else if (task.state == Task.State.PARKED && task.reason != null) {
            task.wait = null;
            lanes.fly(task);
            deadLetter(task);
        } else if (task.step == Task.Step.ACCEPTING && !task.gone()) {
            task.wait = null;
            if (task.lost) {
                land(task, Task.State.RELEASED);
            } else {
                accept(task);
            }
        }
        return true;
    }

    private void due(Task.Wait wait, long now) {
        if (wait.window == null) {
            wait.task.wait = null;
            lanes.due(wait.task, now);
            return;
        }
        // They keep the wait, by which they know each other until they run.
        for (var task : wait.window) {
            if (task.wait == wait && task.state == Task.State.WAITING) {
                lanes.due(task, now);
            }
        }
    }

    /** Whether a retry has had to wait for the budget within the last second; from any thread. */
    boolean putsRetriesOff(long now) {
        var last = retryPutOffNanos;
        return last != 0 && now - last < TimeUnit.SECONDS.toNanos(1);
    }

    /** Gives back an event in flight and cancels its try: whatever comes of it is not settled any more. */
    void lose(Task task) {
        if (task.lost) {
            return;
        }
        task.lost = true;
        if (task.attempt != null) {
            notTried(task);
        }
        pipeline.departures.giveBack(task);
        if (task.attempt != null) {
            task.attempt.cancel(new FunctionException.Unavailable(
                    pipeline.function(), "was cancelled: its event went elsewhere", null));
        }
    }
}
