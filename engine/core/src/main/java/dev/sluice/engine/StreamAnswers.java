package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Mono;

/**
 * What a run of a stream emits, published in order. One thread at a time emits, as Reactive Streams demands; the loop
 * looks at what is stored; acknowledgements come on any thread.
 */
final class StreamAnswers {
    /** Answers that may wait for their acknowledgement. */
    static final int MAX = 256;

    private static final int REQUEST_EVERY = 64;

    private final Pipeline pipeline;
    private final StreamRun run;
    private final Handler handler;
    private final AnswerSink sink;
    private final String id;
    /** Those that are not known to be stored, and those behind them. */
    private final ConcurrentLinkedQueue<Answer> inOrder = new ConcurrentLinkedQueue<>();

    private final AtomicInteger pending = new AtomicInteger();
    private volatile long emitted;
    private volatile @Nullable Throwable failure;
    private volatile int hops;

    // Of the home loop.
    private long stored;
    private long requestedMore;

    private final class Answer extends FirstEnd {
        volatile boolean acknowledged;

        @Override
        void failed(Throwable why) {
            failure = why;
            pending.decrementAndGet();
            run.end(why);
            run.tell();
        }

        @Override
        void stored() {
            acknowledged = true;
            pending.decrementAndGet();
            run.tell();
        }
    }

    StreamAnswers(Pipeline pipeline, StreamRun run, Handler handler, String id) {
        this.pipeline = pipeline;
        this.run = run;
        this.handler = handler;
        this.id = id;
        sink = pipeline.spec().answers().sink();
    }

    /** How many the function is asked for at first. */
    long first() {
        return sink == AnswerSink.NONE ? Long.MAX_VALUE : MAX;
    }

    /** An event was handed out: answers that don't say what they come of may come of this one. On the loop. */
    void comesOf(CloudEvent event) {
        hops = Answers.hops(event);
    }

    /** Publishes what the function emitted; false when it can't be, and the run has ended with that. */
    boolean publish(Object value) {
        if (sink == AnswerSink.NONE) {
            return true;
        }
        if (pending.get() >= MAX + REQUEST_EVERY) {
            run.end(new FunctionException.BadAnswer(pipeline.function(), "answered more than was asked for"));
            return false;
        }
        CloudEvent event;
        var n = emitted + 1;
        try {
            event = pipeline.answers().unbound(value, id + ":" + n, hops, handler.json());
        } catch (RuntimeException bad) {
            run.end(bad);
            return false;
        }
        var answer = new Answer();
        pending.incrementAndGet();
        inOrder.add(answer);
        emitted = n;
        store(event).subscribe(answer);
        return true;
    }

    private Mono<Void> store(CloudEvent event) {
        try {
            return sink.publish(event, null);
        } catch (RuntimeException thrown) {
            return Mono.error(thrown);
        }
    }

    /** How many were emitted; from any thread. */
    long emitted() {
        return emitted;
    }

    /** How many of the first ones are stored, without a gap; on the loop. */
    long stored() {
        for (var next = inOrder.peek(); next != null && next.acknowledged; next = inOrder.peek()) {
            inOrder.remove();
            stored++;
            pipeline.counts.answers.add(1);
        }
        return stored;
    }

    /** Asks for as many as were stored since; on the loop. */
    void requestMore(@Nullable Subscription source) {
        var owed = stored - stored % REQUEST_EVERY - requestedMore;
        if (owed > 0 && source != null) {
            requestedMore += owed;
            source.request(owed);
        }
    }

    /** Whether each has been stored, or has failed; on the loop, once nothing more is emitted. */
    boolean ended() {
        return pending.get() == 0;
    }

    /** Why one could not be stored. */
    @Nullable
    Throwable failure() {
        return failure;
    }
}
