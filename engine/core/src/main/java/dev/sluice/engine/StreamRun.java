package dev.sluice.engine;

import dev.sluice.engine.journal.Stage;
import dev.sluice.function.FunctionException;
import dev.sluice.function.Received;
import io.cloudevents.CloudEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * One life of a stream: the publisher of what its function receives and the subscriber of what it emits.
 *
 * <p>Threads. Events are handed out on the home loop only, one after another. The function asks, cancels, settles and emits
 * on any thread; each becomes a signal. The run ends once: {@link #phase} goes 0 → 1 by compare-and-set, and who wins
 * writes the error before it signals.
 *
 * <p>Limits: {@link #UNSETTLED_MAX} events in the function's hands, {@link StreamAnswers#MAX} answers that are not
 * acknowledged. Beyond the first it gets no more, beyond the second it is asked for no more.
 */
final class StreamRun extends Flux<Received<?>> implements CoreSubscriber<Object>, Subscription, Signal {
    /** Events that the function may have without having settled them. */
    static final int UNSETTLED_MAX = 1_000;

    private static final int RUNNING = 0;
    private static final int ENDED = 1;

    private static final AtomicIntegerFieldUpdater<StreamRun> PHASE =
            AtomicIntegerFieldUpdater.newUpdater(StreamRun.class, "phase");
    private static final AtomicLongFieldUpdater<StreamRun> DEMAND =
            AtomicLongFieldUpdater.newUpdater(StreamRun.class, "demand");

    final Instance instance;
    final long startNanos;
    private final Seat seat;
    private final Pipeline pipeline;
    private final StreamAnswers answers;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile int phase = RUNNING;
    private volatile long demand;
    private volatile boolean inputCancelled;
    private volatile boolean outputCancelled;
    private volatile @Nullable CoreSubscriber<? super Received<?>> input;
    /** Whether the input's subscriber has its subscription, and may be told of an end. */
    private volatile boolean subscribed;

    private volatile @Nullable Subscription output;
    private @Nullable Throwable error;

    // Of the home loop.
    private final LinkedHashSet<ReceivedEvent> handed = new LinkedHashSet<>();
    private final ArrayDeque<ReceivedEvent> accepting = new ArrayDeque<>();
    private boolean feeding;
    private boolean inputCompleted;
    private boolean completionTold;
    private boolean finished;
    /** When it is cancelled, once it was told to end; 0: it was not. */
    private long graceEnd;

    StreamRun(Seat seat, Pipeline pipeline, Instance instance, String id, long now) {
        this.seat = seat;
        this.pipeline = pipeline;
        this.instance = instance;
        startNanos = now;
        answers = new StreamAnswers(pipeline, this, instance.handler, id);
    }

    /** Calls the function and subscribes to what it returns; on the loop. */
    void start(int attempt) {
        try {
            var invocation = instance.handler.shape().form() == FunctionShape.Form.BI_FUNCTION
                    ? new StreamInvocation(pipeline, attempt)
                    : null;
            var returned = (Publisher<?>) instance.handler.call(this, invocation);
            if (returned == null) {
                end(new FunctionException.BadAnswer(pipeline.function(), "returned null instead of a publisher"));
            } else {
                returned.subscribe(this);
            }
        } catch (Throwable thrown) {
            end(thrown);
        }
    }

    // ---- what the function receives

    @Override
    public void subscribe(CoreSubscriber<? super Received<?>> subscriber) {
        synchronized (this) {
            if (input != null) {
                Operators.error(subscriber, new IllegalStateException("a stream can be subscribed once"));
                return;
            }
            input = subscriber;
        }
        subscriber.onSubscribe(this);
        subscribed = true;
        // It may have been told to end before it subscribed.
        tell();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            end(new IllegalArgumentException("asked for " + n + " events: it must be a positive number"));
            return;
        }
        Operators.addCap(DEMAND, this, n);
        if (phase == RUNNING) {
            tell();
        }
    }

    @Override
    public void cancel() {
        inputCancelled = true;
    }

    /** Has the loop look at it; signals that are not handled yet stand for this one. */
    void tell() {
        if (told.compareAndSet(false, true)) {
            pipeline.signal(this);
        }
    }

    void signal(Signal signal) {
        pipeline.signal(signal);
    }

    @Override
    public void handle() {
        told.set(false);
        settleAcknowledged();
        if (phase == ENDED) {
            finish();
        } else {
            completeInput();
            answers.requestMore(output);
            feed();
        }
    }

    /** Hands out what it asked for, within the limit; on the loop. */
    void feed() {
        var to = input;
        if (feeding || to == null) {
            return;
        }
        feeding = true;
        try {
            handOut(to);
        } finally {
            feeding = false;
        }
    }

    private void handOut(CoreSubscriber<? super Received<?>> to) {
        while (demand > 0 && phase == RUNNING && !inputCancelled && !inputCompleted && handed.size() < UNSETTLED_MAX) {
            var task = seat.poll();
            if (task == null) {
                break;
            }
            var value = read(task);
            if (value == null) {
                continue;
            }
            var received = new ReceivedEvent(this, task, value, seat.now());
            pipeline.recorder.stream(task, Stage.HANDED, instance.number, 0);
            handed.add(received);
            answers.comesOf(task.event());
            Operators.produced(DEMAND, this, 1);
            try {
                to.onNext(received);
            } catch (Throwable thrown) {
                end(thrown);
            }
        }
    }

    /** What the function takes for the event; null when it can't be read, and is on its way to be a dead letter. */
    private @Nullable Object read(Task task) {
        task.begun();
        try {
            return instance.handler.read(task.event());
        } catch (Throwable thrown) {
            // Not only bad input: a deserializer may be anybody's code, and would fail at the same event for ever.
            pipeline.checkFatal(thrown);
            pipeline.settlement().reject(task, thrown, "undecodable");
            return null;
        }
    }

    // ---- what the function settles, on the loop

    void accepted(ReceivedEvent received) {
        if (handed.contains(received)) {
            accepting.add(received);
            settleAcknowledged();
            goOn();
        }
    }

    void rejected(ReceivedEvent received, Throwable why) {
        if (handed.remove(received)) {
            pipeline.settlement().reject(received.task, why, "rejected");
            goOn();
        }
    }

    void released(ReceivedEvent received) {
        if (handed.remove(received)) {
            pipeline.settlement().later(received.task, instance);
            goOn();
        }
    }

    private void goOn() {
        pipeline.touch();
        if (phase == RUNNING) {
            feed();
        } else {
            finish();
        }
    }

    /** Accepts what only waited for answers to be stored. */
    private void settleAcknowledged() {
        var stored = answers.stored();
        for (var next = accepting.peek(); next != null && next.after() <= stored; next = accepting.peek()) {
            accepting.remove();
            if (handed.remove(next)) {
                pipeline.settlement().taken(next.task, instance, seat.now() - next.handedNanos);
            }
        }
    }

    /** Takes events from the stream that have to go elsewhere; on the loop. */
    void lose(Predicate<Task> which) {
        for (var received : List.copyOf(handed)) {
            if (which.test(received.task)) {
                received.take();
                handed.remove(received);
                pipeline.settlement().takeBack(received.task);
            }
        }
    }

    // ---- what the function emits

    @Override
    public void onSubscribe(Subscription subscription) {
        if (!Operators.validate(output, subscription)) {
            return;
        }
        output = subscription;
        if (phase == RUNNING) {
            subscription.request(answers.first());
        } else {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(Object value) {
        if (phase == RUNNING && !answers.publish(value)) {
            cancelOutput();
        }
    }

    @Override
    public void onError(Throwable failed) {
        end(failed);
    }

    @Override
    public void onComplete() {
        end(null);
    }

    /** Answers emitted so far; from any thread. */
    long emitted() {
        return answers.emitted();
    }

    CloudEvent answer(Object value, CloudEvent event, int n) {
        return pipeline.answers().of(value, event, Answers.hops(event), n, instance.handler.json());
    }

    // ---- the end

    /** Ends the run, with an error or without; whoever comes first. From any thread. */
    void end(@Nullable Throwable failed) {
        var why = failed == null ? null : Exceptions.unwrap(failed);
        if (why != null) {
            pipeline.checkFatal(why);
        }
        if (PHASE.compareAndSet(this, RUNNING, ENDED)) {
            error = why;
            tell();
        }
    }

    /** Lets the function come to its end: it receives no more, and is cancelled at the given time. On the loop. */
    void complete(long until) {
        if (graceEnd != 0) {
            return;
        }
        graceEnd = until == 0 ? 1 : until;
        inputCompleted = true;
        completeInput();
    }

    private void completeInput() {
        var to = input;
        if (inputCompleted && !completionTold && subscribed && to != null && phase == RUNNING && !inputCancelled) {
            completionTold = true;
            try {
                to.onComplete();
            } catch (Throwable thrown) {
                end(thrown);
            }
        }
    }

    /** Cancels it, whatever it does; on the loop. */
    void cancelRun(String why) {
        end(new FunctionException.Unavailable(pipeline.function(), why, null));
        cancelOutput();
    }

    private void cancelOutput() {
        var source = output;
        if (source != null && !outputCancelled) {
            outputCancelled = true;
            source.cancel();
        }
    }

    /** It has ended, and what it emitted is stored or not: what is not settled stands first in line again. */
    private void finish() {
        cancelOutput();
        if (finished || !answers.ended()) {
            return;
        }
        finished = true;
        // What the function settled before the end, and is still to be told, counts.
        for (var received : List.copyOf(handed)) {
            if (!received.takeIfOpen()) {
                received.handle();
            }
        }
        settleAcknowledged();
        var open = new ArrayList<Task>(handed.size());
        for (var received : handed) {
            received.take();
            open.add(received.task);
        }
        handed.clear();
        accepting.clear();
        var why = error == null ? answers.failure() : error;
        seat.ended(this, open, why);
    }

    /** When it is cancelled, once it was told to end; 0: it was not. */
    long graceEnd() {
        return graceEnd;
    }

    /** The event, when it is in the function's hands. */
    @Nullable
    ReceivedEvent received(Task task) {
        for (var each : handed) {
            if (each.task == task) {
                return each;
            }
        }
        return null;
    }

    /** Whether it has asked for more than it got. */
    boolean asksForMore() {
        return demand > 0;
    }

    /** Events in the function's hands. */
    int unsettled() {
        return handed.size();
    }

    /** Whether the function has what it may have, or wants no more; in words, empty when neither. */
    String holdUp() {
        if (inputCancelled) {
            return "has cancelled its input and not ended";
        }
        return handed.size() >= UNSETTLED_MAX ? "holds " + UNSETTLED_MAX + " events that it has not settled" : "";
    }
}
