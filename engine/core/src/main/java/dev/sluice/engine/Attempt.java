package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.function.BatchResult;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * One try: a lease of a slot, the run of the function on one event or a batch, and the publishing of its answers. It is
 * the subscriber of what the function returns.
 *
 * <p>Threads. The home loop makes it, runs its deadline and handles its signals; the function's signals and the sink's
 * acknowledgements come on any thread. The run ends once: {@link #phase} goes 0 → 1 by compare-and-set, whoever wins
 * writes the outcome, sets 2 and signals, a worker once it has left; {@link #pending} counts the run and every unacknowledged
 * answer, and who brings it to 0 signals. The loop reads the outcome only behind such a signal. An answer that a cancelled run emits late is
 * dropped; one that was on its way when the deadline passed may still be published, with the id that its repetition
 * will have.
 */
final class Attempt extends TimerList.Node<Attempt> implements CoreSubscriber<Object>, Workers.Work, Signal {
    /** Answers of one try that may wait for their acknowledgement. */
    private static final int UNACKNOWLEDGED_MAX = 256;

    /** Acknowledgements that let the function be asked for as many answers more. */
    private static final int REQUEST_EVERY = 64;

    private static final int DEADLINE_CHECK_EVERY = 64;

    private static final int RUNNING = 0;
    private static final int ENDING = 1;
    private static final int ENDED = 2;

    private static final AtomicIntegerFieldUpdater<Attempt> PHASE =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "phase");
    private static final AtomicIntegerFieldUpdater<Attempt> ACKNOWLEDGED =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "acknowledged");
    private static final AtomicIntegerFieldUpdater<Attempt> PENDING =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "pending");
    private static final AtomicIntegerFieldUpdater<Attempt> TOLD =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "toldOf");

    final Pipeline pipeline;
    final Task first;
    /** All events of a batch, the first included; null when the function takes one event. */
    final @Nullable List<Task> batch;

    final Instance instance;
    final long startNanos;

    private final AnswerSink sink;
    private volatile int phase = RUNNING;
    private volatile int pending = 1;
    private volatile int acknowledged;
    /** How often an answer was told to an event of the batch. */
    private volatile int toldOf;

    private volatile @Nullable Subscription upstream;
    private volatile @Nullable Future<?> stage;
    private volatile boolean threadDone;
    private volatile @Nullable Throwable publishError;
    /** The worker's thread while it runs the function, guarded by this; what it reads outside is itself or not. */
    private @Nullable Thread runner;
    /**
     * The loop's thread while it starts the run. Only that thread writes it, so a thread that finds itself here is in that
     * start, and no other can.
     */
    private @Nullable Thread starter;

    private int hops = -1;
    private int answers;
    private int emitted;

    private @Nullable Throwable error;
    private @Nullable BatchResult result;
    private long endNanos;

    // Of the home loop.
    boolean slotHeld = true;
    private boolean told;
    private int requestedMore;
    private boolean settled;
    private boolean zombie;
    private boolean zombieCounted;

    Attempt(Pipeline pipeline, Task first, @Nullable List<Task> batch, Instance instance, AnswerSink sink, long now) {
        this.pipeline = pipeline;
        this.first = first;
        this.batch = batch;
        this.instance = instance;
        this.sink = sink;
        startNanos = now;
    }

    /**
     * Runs the function: on the loop, or on a worker when it may block. True when there is something to be handled already:
     * a run that ends within its call takes no way through the queue of signals.
     */
    boolean start() {
        if (!blocking()) {
            starter = Thread.currentThread();
            run();
            starter = null;
            return told;
        }
        try {
            pipeline.workers().execute(this);
        } catch (RejectedExecutionException full) {
            threadDone = true;
            end(new FunctionException.Unavailable(function(), "has no worker thread free", null), null);
        } catch (Throwable noThread) {
            threadDone = true;
            pipeline.checkFatal(noThread);
            end(noThread, null);
        }
        return false;
    }

    /** Has the loop look at what has come of the run. From any thread. */
    private void tell() {
        var thread = Thread.currentThread();
        if (thread == starter) {
            told = true;
        } else if (thread != runner) {
            // A worker tells when it has left.
            pipeline.signal(this);
        }
    }

    private boolean blocking() {
        return instance.handler.shape().blocking();
    }

    @Override
    public void run() {
        var blocking = blocking();
        if (blocking && !enter()) {
            return;
        }
        try {
            var handler = instance.handler;
            var invocation = handler.shape().form() == FunctionShape.Form.BI_FUNCTION ? new TryInvocation(this) : null;
            take(
                    batch == null
                            ? handler.call(first.event(), invocation)
                            : handler.call(BatchOutcome.events(batch), invocation));
        } catch (Throwable thrown) {
            end(thrown, null);
        } finally {
            if (blocking) {
                leave();
            }
        }
    }

    /** Lets a cancel interrupt this thread from now on; false when it came before. */
    private synchronized boolean enter() {
        if (phase != RUNNING) {
            threadDone = true;
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private synchronized void leave() {
        runner = null;
        // A cancel that came just now must not interrupt the thread's next run.
        var unused = Thread.interrupted();
        threadDone = true;
    }

    @Override
    public void left() {
        try {
            pipeline.signal(this);
        } catch (Throwable notTold) {
            pipeline.checkFatal(notTold);
            throw notTold;
        }
    }

    private void take(@Nullable Object returned) {
        switch (instance.handler.shape().reply()) {
            case PUBLISHER -> subscribeTo((Publisher<?>) returned);
            case STAGE -> follow((CompletionStage<?>) returned);
            case LIST -> takeAll((List<?>) returned);
            default -> takeValue(returned);
        }
    }

    private void subscribeTo(@Nullable Publisher<?> publisher) {
        if (publisher == null) {
            end(new FunctionException.BadAnswer(function(), "returned null instead of a publisher"), null);
        } else if (publisher instanceof Fuseable.ScalarCallable<?> scalar) {
            try {
                takeValue(scalar.call());
            } catch (Exception failed) {
                end(failed, null);
            }
        } else {
            publisher.subscribe(this);
        }
    }

    private void takeAll(@Nullable List<?> returned) {
        if (returned == null) {
            end(null, null);
        } else if (returned.stream().anyMatch(Objects::isNull)) {
            // Reactor would call it a NullPointerException of its own.
            end(new FunctionException.BadAnswer(function(), "answered null"), null);
        } else {
            Flux.fromIterable(returned).subscribe(this);
        }
    }

    private void follow(@Nullable CompletionStage<?> returned) {
        if (returned == null) {
            end(new FunctionException.BadAnswer(function(), "returned null instead of a completion stage"), null);
            return;
        }
        if (returned instanceof Future<?> future) {
            stage = future;
        }
        var unused = returned.whenComplete((value, failed) -> {
            if (failed != null) {
                end(
                        failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed,
                        null);
            } else {
                takeValue(value);
            }
        });
    }

    /** Takes the only answer of a run, or none. */
    private void takeValue(@Nullable Object value) {
        if (value instanceof BatchResult verdicts) {
            end(null, verdicts);
        } else if (value == null || answer(value)) {
            end(null, null);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (!Operators.validate(upstream, subscription)) {
            return;
        }
        upstream = subscription;
        if (phase == RUNNING) {
            subscription.request(sink == AnswerSink.NONE ? Long.MAX_VALUE : UNACKNOWLEDGED_MAX);
        } else {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(Object value) {
        if (value instanceof BatchResult verdicts) {
            result = verdicts;
            return;
        }
        if (++emitted % DEADLINE_CHECK_EVERY == 0 && pipeline.nanos() - startNanos > pipeline.tries.timeoutNanos()) {
            // A source that emits without a pause keeps the loop to itself, and with it the deadline's timer.
            cancelRun();
            end(new FunctionException.TimedOut(function(), Duration.ofNanos(pipeline.tries.timeoutNanos())), null);
            return;
        }
        if (phase == RUNNING && pending > UNACKNOWLEDGED_MAX) {
            cancelRun();
            end(new FunctionException.BadAnswer(function(), "answered more than was asked for"), null);
            return;
        }
        if (!answer(value)) {
            cancelRun();
        }
    }

    @Override
    public void onError(Throwable failed) {
        end(failed, null);
    }

    @Override
    public void onComplete() {
        end(null, result);
    }

    /** Publishes an answer; false when it could not be made and the run ended with that. */
    private boolean answer(Object value) {
        if (phase != RUNNING || sink == AnswerSink.NONE) {
            return true;
        }
        CloudEvent event;
        try {
            event = pipeline.answers().of(value, first.event(), hops(), ++answers, instance.handler.json());
        } catch (RuntimeException bad) {
            end(bad, null);
            return false;
        }
        PENDING.incrementAndGet(this);
        publish(event).subscribe(new AnswerEnd(this, pipeline.recorder.tellsAnswer(this, answers) ? event : null));
        return true;
    }

    /** What the answers come of may have come a long way, whichever event stands first. */
    private int hops() {
        hops = hops >= 0 ? hops : batch == null ? Answers.hops(first.event()) : BatchOutcome.hops(batch);
        return hops;
    }

    private Mono<Void> publish(CloudEvent event) {
        try {
            return sink.publish(event, null);
        } catch (RuntimeException thrown) {
            // A sink should signal it; counted as pending, it must end like any other refusal.
            return Mono.error(thrown);
        }
    }

    /** The sink has an answer. On any thread. */
    void acknowledged() {
        // To ask for more runs the function's code: not here, on a thread of the sink's, but on the loop.
        var more = ACKNOWLEDGED.incrementAndGet(this) % REQUEST_EVERY == 0;
        if (PENDING.decrementAndGet(this) == 0 || more) {
            tell();
        }
    }

    /** Asks for as many answers as were acknowledged since; on the loop. */
    private void requestMore() {
        var source = upstream;
        var owed = acknowledged - acknowledged % REQUEST_EVERY - requestedMore;
        if (owed > 0 && source != null && phase == RUNNING) {
            requestedMore += owed;
            source.request(owed);
        }
    }

    /** The sink has refused an answer, or nobody knows. On any thread. */
    void notPublished(Throwable why) {
        // The run may have ended well before, so its own outcome can't tell this.
        publishError = why;
        cancelRun();
        end(why, null);
        if (PENDING.decrementAndGet(this) == 0) {
            tell();
        }
    }

    private void end(@Nullable Throwable failed, @Nullable BatchResult verdicts) {
        // What Reactor wrapped to throw it is told as what it is.
        var why = failed == null ? null : Exceptions.unwrap(failed);
        if (why != null) {
            pipeline.checkFatal(why);
        }
        if (!PHASE.compareAndSet(this, RUNNING, ENDING)) {
            return;
        }
        error = why;
        result = verdicts;
        endNanos = pipeline.nanos();
        phase = ENDED;
        PENDING.decrementAndGet(this);
        tell();
    }

    private void cancelRun() {
        var source = upstream;
        if (source != null) {
            source.cancel();
        }
        var future = stage;
        if (future != null) {
            future.cancel(true);
        }
        synchronized (this) {
            if (runner != null) {
                runner.interrupt();
            }
        }
    }

    /**
     * Ends the run from outside, on the loop. A blocking run that does not heed the interrupt becomes a zombie: its slot
     * and its key wait for it, one more deadline at most.
     */
    void cancel(Throwable why) {
        end(why, null);
        cancelRun();
        if (blocking() && !threadDone && !zombieCounted) {
            zombie = true;
            zombieCounted = true;
            pipeline.zombie(instance, 1);
        }
    }

    /** A zombie's last deadline has passed: its slot and its key are given back, whatever it does. */
    void abandon() {
        zombie = false;
        handle();
    }

    boolean isZombie() {
        return zombie;
    }

    @Override
    public void handle() {
        requestMore();
        if (zombieCounted && threadDone) {
            zombieCounted = false;
            zombie = false;
            pipeline.zombie(instance, -1);
        }
        if (phase != ENDED || zombie) {
            return;
        }
        if (slotHeld) {
            slotHeld = false;
            pipeline.tries.ended(this);
        }
        if (pending == 0 && !settled) {
            settled = true;
            pipeline.settlement().settle(this);
        }
    }

    /** Why the run failed; a run that ended behind its deadline has timed out, whatever it answered. */
    @Nullable
    Throwable error() {
        if (error == null && endNanos - startNanos > pipeline.tries.timeoutNanos()) {
            return new FunctionException.TimedOut(function(), Duration.ofNanos(pipeline.tries.timeoutNanos()));
        }
        if (error == null && publishError == null && batch != null && result != null) {
            return BatchOutcome.misnamed(function(), result, batch.size());
        }
        return error != null ? error : publishError;
    }

    @Nullable
    BatchResult result() {
        return result;
    }

    /** How long the run took; only once it has ended. */
    long runNanos() {
        return endNanos - startNanos;
    }

    /** Answers published. */
    int answersPublished() {
        return answers;
    }

    /** As the journal has it: -1 when answers go nowhere. */
    int answersTold() {
        return sink == AnswerSink.NONE ? -1 : answers;
    }

    /** Takes one of so many answers that may be told to events of the batch; from any thread. */
    boolean mayTell(int max) {
        return toldOf < max && TOLD.getAndIncrement(this) < max;
    }

    private String function() {
        return pipeline.function();
    }
}
