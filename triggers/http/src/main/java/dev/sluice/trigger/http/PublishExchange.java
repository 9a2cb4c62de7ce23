package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.http.HttpEvents;
import dev.sluice.cloudevents.http.Mode;
import dev.sluice.cloudevents.mappings.EventMapping;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Stores the request's events on a topic and answers once the broker has them. */
final class PublishExchange extends BodyExchange {
    private static final AtomicReferenceFieldUpdater<PublishExchange, Subscription> WORK =
            AtomicReferenceFieldUpdater.newUpdater(PublishExchange.class, Subscription.class, "work");
    private static final int ACCEPTED = 202;
    private static final int NOTHING_TO_STORE = 204;

    private final EventSink sink;
    private final @Nullable String sourceOfPlainData;
    private final @Nullable EventMapping adapter;
    /** What stores the events; cancelled when the client leaves before it is done. */
    @SuppressWarnings("UnusedVariable") // read and written by WORK
    private volatile @Nullable Subscription work;

    /**
     * @param sourceOfPlainData the source of an event made of plain data; null when plain data is refused
     * @param adapter makes events of requests in a service's own form; null when they are events
     */
    PublishExchange(
            Desk desk,
            RouteKind kind,
            HttpServerRequest request,
            HttpServerResponse response,
            EventSink sink,
            @Nullable String sourceOfPlainData,
            @Nullable EventMapping adapter) {
        super(desk, kind, request, response);
        this.sink = sink;
        this.sourceOfPlainData = sourceOfPlainData;
        this.adapter = adapter;
    }

    @Override
    void received(byte[] whole) {
        var headers = request().requestHeaders();
        if (adapter != null) {
            store(adapter.events(headers::get, whole));
            return;
        }
        var mode = HttpEvents.mode(headers);
        if (mode == Mode.BATCH) {
            var events = desk().events().readBatch(whole);
            desk().meters().events(kind(), events.size());
            new BatchPublishing(this, sink, events, desk().limits().publishConcurrency(), true).start();
            return;
        }
        store(single(mode, whole));
    }

    /**
     * Stores all events of a request whose sender knows nothing of events: it is told that all went well, or that it
     * did not and that it is to send all again, since it would take the 207 of a batch for the former.
     */
    private void store(List<WireEvent> events) {
        if (events.isEmpty()) {
            answer(NOTHING_TO_STORE);
        } else if (events.size() == 1) {
            store(events.get(0));
        } else {
            desk().meters().events(kind(), events.size());
            new BatchPublishing(this, sink, events, desk().limits().publishConcurrency(), false).start();
        }
    }

    private void store(WireEvent event) {
        desk().meters().events(kind(), 1);
        sink.publish(event, null).subscribe(new Storing());
    }

    private WireEvent single(Mode mode, byte[] whole) {
        var headers = request().requestHeaders();
        if (mode == Mode.STRUCTURED) {
            return desk().events().readStructured(whole);
        }
        if (mode == Mode.PLAIN && sourceOfPlainData != null) {
            return PlainData.event(sourceOfPlainData, headers, whole);
        }
        return desk().events().readBinary(headers, whole);
    }

    /** Remembers what to cancel; cancels it at once when the client has left already. */
    boolean working(Subscription subscription) {
        return Operators.setOnce(WORK, this, subscription);
    }

    @Override
    void released(boolean clientLeft) {
        if (clientLeft) {
            Operators.terminate(WORK, this);
        }
    }

    private final class Storing implements CoreSubscriber<Void> {
        @Override
        public void onSubscribe(Subscription subscription) {
            if (working(subscription)) {
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(Void nothing) {}

        @Override
        public void onError(Throwable error) {
            answer(Problem.of(error, 500, "the event was not stored"));
        }

        @Override
        public void onComplete() {
            answer(ACCEPTED);
        }
    }
}
