package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.http.HttpEvents;
import dev.sluice.cloudevents.http.Mode;
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

    private final EventSink sink;
    private final @Nullable String sourceOfPlainData;
    /** What stores the events; cancelled when the client leaves before it is done. */
    @SuppressWarnings("UnusedVariable") // read and written by WORK
    private volatile @Nullable Subscription work;

    /** @param sourceOfPlainData the source of an event made of plain data; null when plain data is refused */
    PublishExchange(
            Desk desk,
            RouteKind kind,
            HttpServerRequest request,
            HttpServerResponse response,
            EventSink sink,
            @Nullable String sourceOfPlainData) {
        super(desk, kind, request, response);
        this.sink = sink;
        this.sourceOfPlainData = sourceOfPlainData;
    }

    @Override
    void received(byte[] whole) {
        var headers = request().requestHeaders();
        var mode = HttpEvents.mode(headers);
        if (mode == Mode.BATCH) {
            var events = desk().events().readBatch(whole);
            desk().meters().events(kind(), events.size());
            new BatchPublishing(this, sink, events, desk().limits().publishConcurrency()).start();
            return;
        }
        var event = single(mode, whole);
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
