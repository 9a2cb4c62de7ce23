package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * Stores the events of a batch in their order, a bounded number at a time, and answers when the broker has said yes or
 * no to each. Whoever raises {@link #turns} from zero subscribes the next events, so that they go one after another.
 */
final class BatchPublishing implements Subscription {
    private static final int STORED = 202;
    private static final int MULTI_STATUS = 207;

    private final PublishExchange exchange;
    private final EventSink sink;
    private final List<WireEvent> events;
    private final int concurrency;
    private final boolean tellsEach;
    private final @Nullable Problem[] refusals;
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReferenceArray<@Nullable Subscription> underway;
    private volatile boolean cancelled;
    /** The next event to send; only touched in a turn. */
    private int next;

    /**
     * @param tellsEach whether the sender is told of each event, when some were stored; else it is told the first
     *     refusal
     */
    BatchPublishing(
            PublishExchange exchange, EventSink sink, List<WireEvent> events, int concurrency, boolean tellsEach) {
        this.exchange = exchange;
        this.sink = sink;
        this.events = events;
        this.concurrency = concurrency;
        this.tellsEach = tellsEach;
        this.refusals = new Problem[events.size()];
        this.underway = new AtomicReferenceArray<>(events.size());
    }

    void start() {
        if (exchange.working(this)) {
            takeTurn();
        }
    }

    private void takeTurn() {
        if (turns.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            while (!cancelled && next < events.size() && next - done.get() < concurrency) {
                var index = next++;
                sink.publish(events.get(index), null).subscribe(new Item(index));
            }
            missed = turns.addAndGet(-missed);
        } while (missed != 0);
        if (done.get() == events.size()) {
            finish();
        }
    }

    /** All have their outcome; may be called twice, the exchange is answered once. */
    private void finish() {
        var refused = 0;
        Problem first = null;
        for (var refusal : refusals) {
            if (refusal != null) {
                refused++;
                // Who is told of one alone must not give up the others: what may pass is told before what stays so.
                first = first == null || (!tellsEach && !first.maySucceedLater()) ? refusal : first;
            }
        }
        if (first == null) {
            exchange.answer(STORED);
        } else if (refused == events.size() || !tellsEach) {
            // Nothing was stored, or all is to be sent again: not a word that a caller could take for a success.
            exchange.answer(first);
        } else if (exchange.claim()) {
            exchange.writeAtHome(() -> {
                exchange.response().header(HttpHeaderNames.CONTENT_TYPE, "application/json");
                exchange.respond(MULTI_STATUS, statuses());
            });
        }
    }

    private byte[] statuses() {
        var out = new StringBuilder(events.size() * 64).append('[');
        for (var i = 0; i < events.size(); i++) {
            out.append(i == 0 ? "" : ",").append("{\"id\":\"");
            Problem.quote(out, events.get(i).getId());
            var refusal = refusals[i];
            out.append("\",\"status\":").append(refusal == null ? STORED : refusal.status());
            if (refusal != null) {
                out.append(",\"error\":\"");
                Problem.quote(out, refusal.detail());
                out.append('"');
            }
            out.append('}');
        }
        return out.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void request(long n) {}

    /** The client has left: nothing more is sent, and what waits for room is withdrawn. */
    @Override
    public void cancel() {
        cancelled = true;
        for (var i = 0; i < events.size(); i++) {
            var one = underway.getAndSet(i, Operators.cancelledSubscription());
            if (one != null) {
                one.cancel();
            }
        }
    }

    private final class Item implements CoreSubscriber<Void> {
        private final int index;

        Item(int index) {
            this.index = index;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (underway.compareAndSet(index, null, subscription)) {
                subscription.request(Long.MAX_VALUE);
            } else {
                subscription.cancel();
            }
        }

        @Override
        public void onNext(Void nothing) {}

        @Override
        public void onError(Throwable error) {
            refusals[index] = Problem.of(error, 500, "the event was not stored");
            ended();
        }

        @Override
        public void onComplete() {
            ended();
        }

        private void ended() {
            underway.lazySet(index, Operators.cancelledSubscription());
            done.incrementAndGet();
            takeTurn();
        }
    }
}
