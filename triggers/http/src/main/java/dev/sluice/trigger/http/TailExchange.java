package dev.sluice.trigger.http;

import dev.sluice.broker.TailEvent;
import io.cloudevents.CloudEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A live tail as server-sent events. The broker's signals hop onto the connection's event loop, where all state lives; at
 * most {@link #WINDOW} are on their way there. What the client has not taken yet is bounded in bytes: an event that comes
 * while that much waits is left out, and demand stops until some was sent, so that the broker leaves out the rest.
 */
final class TailExchange extends Exchange {
    private static final AtomicReferenceFieldUpdater<TailExchange, Subscription> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(TailExchange.class, Subscription.class, "upstream");
    private static final int WINDOW = 64;
    private static final int WAITING_BYTES_MAX = 1 << 20;
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Publisher<TailEvent> events;
    private final TailQuery query;
    private final Cursor cursor;
    private final Channel channel;
    private volatile @Nullable Subscription upstream;

    // The rest belongs to the event loop.
    private boolean counted;
    private int waitingBytes;
    private int owed;
    private long shown;
    private @Nullable Future<?> heartbeat;

    TailExchange(
            Desk desk,
            HttpServerRequest request,
            HttpServerResponse response,
            Publisher<TailEvent> events,
            TailQuery query,
            Map<Integer, Long> after,
            Channel channel) {
        super(desk, RouteKind.TAIL, request, response);
        this.events = events;
        this.query = query;
        this.cursor = new Cursor(after);
        this.channel = channel;
    }

    @Override
    void begin() {
        if (!desk().occupancy().enterTail()) {
            answer(Problem.busy("too many live tails are open"));
            return;
        }
        counted = true;
        response().sse();
        response().header(HttpHeaderNames.CACHE_CONTROL, "no-store");
        response().sendHeaders().subscribe(new HeadersSent());
    }

    private void opened() {
        if (!isOpen()) {
            return;
        }
        var between = desk().limits().heartbeat().toMillis();
        heartbeat = channel.eventLoop().scheduleAtFixedRate(this::beat, between, between, TimeUnit.MILLISECONDS);
        events.subscribe(new Following());
    }

    private void beat() {
        if (desk().draining()) {
            // The client comes back with its cursor, to a node that stays.
            finish(null);
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else if (isOpen() && upstream != null && channel.isWritable()) {
            write(channel.alloc().buffer(COMMENT.length).writeBytes(COMMENT));
        }
    }

    private void show(TailEvent tailed) {
        if (!isOpen()) {
            return;
        }
        cursor.seen(tailed.partition(), tailed.offset());
        if (!query.matches(tailed.event())) {
            owe();
        } else if (waitingBytes > WAITING_BYTES_MAX) {
            owed++;
        } else {
            owed++;
            write(frame(tailed.event()));
            shown++;
            if (shown == query.limit()) {
                finish(null);
            }
        }
    }

    /** One event in the stream's syntax. A type has no line breaks, as an attribute; nor has JSON as it is written. */
    private ByteBuf frame(CloudEvent event) {
        var json = desk().json().write(event);
        var head = "id: " + cursor.text() + "\nevent: " + event.getType() + "\ndata: ";
        var bytes = head.getBytes(StandardCharsets.UTF_8);
        return channel.alloc()
                .buffer(bytes.length + json.length + 2)
                .writeBytes(bytes)
                .writeBytes(json)
                .writeByte('\n')
                .writeByte('\n');
    }

    private void write(ByteBuf frame) {
        var size = frame.readableBytes();
        waitingBytes += size;
        channel.writeAndFlush(new DefaultHttpContent(frame)).addListener(written -> {
            waitingBytes -= size;
            if (waitingBytes <= WAITING_BYTES_MAX) {
                repay();
            }
        });
    }

    /** An event was left out: another may come, in halves of the window so that requests are few. */
    private void owe() {
        owed++;
        if (owed >= WINDOW / 2) {
            repay();
        }
    }

    private void repay() {
        var subscription = upstream;
        if (owed > 0 && subscription != null && isOpen()) {
            var more = owed;
            owed = 0;
            subscription.request(more);
        }
    }

    private void finish(@Nullable Throwable error) {
        if (claim()) {
            finished(error == null ? 200 : 500);
            if (error == null) {
                complete();
            } else {
                fail(error);
            }
        }
    }

    @Override
    void ended(boolean clientLeft) {
        Operators.terminate(UPSTREAM, this);
        if (channel.eventLoop().inEventLoop()) {
            freed();
        } else {
            channel.eventLoop().execute(this::freed);
        }
    }

    private void freed() {
        if (counted) {
            counted = false;
            desk().occupancy().leaveTail();
        }
        if (heartbeat != null) {
            heartbeat.cancel(false);
        }
    }

    private void onLoop(Runnable step) {
        channel.eventLoop().execute(step);
    }

    private final class HeadersSent implements CoreSubscriber<Void> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Void nothing) {}

        @Override
        public void onError(Throwable error) {
            finish(error);
        }

        @Override
        public void onComplete() {
            onLoop(TailExchange.this::opened);
        }
    }

    private final class Following implements CoreSubscriber<TailEvent>, Scannable {
        /** A tail that has no places yet gives no subscription to cancel, and looks here instead. */
        @Override
        @SuppressWarnings("rawtypes") // as Reactor declares it
        public @Nullable Object scanUnsafe(Attr attribute) {
            return attribute == Attr.CANCELLED ? (Object) !isOpen() : null;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.setOnce(UPSTREAM, TailExchange.this, subscription)) {
                subscription.request(WINDOW);
                if (subscription != Operators.emptySubscription()) {
                    // The first bytes tell the client that the tail is on: what is published from here on is shown.
                    onLoop(TailExchange.this::beat);
                }
            }
        }

        @Override
        public void onNext(TailEvent tailed) {
            onLoop(() -> show(tailed));
        }

        @Override
        public void onError(Throwable error) {
            onLoop(() -> finish(error));
        }

        @Override
        public void onComplete() {
            onLoop(() -> finish(null));
        }
    }
}
