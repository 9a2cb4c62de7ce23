package dev.sluice.trigger.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * One request and its answer: what Reactor Netty subscribes to, without an operator in between. It is answered once,
 * from any thread, or its client leaves before; whichever comes first moves {@link #state} off {@link #OPEN}, and only
 * the winner touches the response or cancels the work. The response is written on the connection's event loop: at once
 * when that is where the answer comes from, else together with other {@link LateAnswers}.
 */
abstract class Exchange extends Mono<Void> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final AtomicIntegerFieldUpdater<Exchange> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Exchange.class, "state");
    private static final int OPEN = 0;
    private static final int ANSWERED = 1;
    private static final int LEFT = 2;
    private static final int UNAUTHORIZED = 401;
    private static final AsciiString ZERO = AsciiString.cached("0");

    private final Desk desk;
    private final RouteKind kind;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final long startNanos = System.nanoTime();
    private volatile int state;
    /** Set once, before anything can answer. */
    private @Nullable CoreSubscriber<? super Void> server;

    private @Nullable Thread home;
    private boolean finished;

    Exchange(Desk desk, RouteKind kind, HttpServerRequest request, HttpServerResponse response) {
        this.desk = desk;
        this.kind = kind;
        this.request = request;
        this.response = response;
    }

    /** Starts the work; called once, on the connection's event loop. */
    abstract void begin();

    /** The client has left, or the exchange was answered: gives back what is held. Called once. */
    abstract void ended(boolean clientLeft);

    final Desk desk() {
        return desk;
    }

    final RouteKind kind() {
        return kind;
    }

    final HttpServerRequest request() {
        return request;
    }

    final HttpServerResponse response() {
        return response;
    }

    final boolean isOpen() {
        return state == OPEN;
    }

    final boolean clientHasLeft() {
        return state == LEFT;
    }

    @Override
    public final void subscribe(CoreSubscriber<? super Void> subscriber) {
        server = subscriber;
        home = Thread.currentThread();
        subscriber.onSubscribe(this);
        if (isOpen()) {
            begin();
        }
    }

    /** Nothing to ask for: the exchange only completes. */
    @Override
    public final void request(long n) {}

    @Override
    public final void cancel() {
        if (STATE.compareAndSet(this, OPEN, LEFT)) {
            desk.meters().aborted(kind);
            ended(true);
        }
    }

    /** Answers without a body. */
    final void answer(int status) {
        if (claim()) {
            if (isHome()) {
                write(status);
            } else {
                writeAtHome(() -> write(status));
            }
        }
    }

    final void answer(Problem problem) {
        if (claim()) {
            if (isHome()) {
                write(problem);
            } else {
                writeAtHome(() -> write(problem));
            }
        }
    }

    private void write(int status) {
        response.header(HttpHeaderNames.CONTENT_LENGTH, ZERO);
        respond(status, null);
    }

    private void write(Problem problem) {
        var headers = response.responseHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (problem.retryAfterSeconds() > 0) {
            headers.setInt(HttpHeaderNames.RETRY_AFTER, problem.retryAfterSeconds());
        }
        if (problem.allow() != null) {
            headers.set(HttpHeaderNames.ALLOW, problem.allow());
        }
        if (problem.status() == UNAUTHORIZED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Signature");
        }
        if (problem.close()) {
            response.keepAlive(false);
        }
        respond(problem.status(), problem.json());
    }

    /** Whether this is the event loop of the connection. */
    private boolean isHome() {
        return Thread.currentThread() == home;
    }

    /** After {@link #claim}: sets headers and calls {@link #respond} on the connection's event loop, now or soon. */
    final void writeAtHome(Runnable answer) {
        if (isHome()) {
            write(answer);
        } else {
            desk.late(eventLoop()).add(() -> write(answer));
        }
    }

    /** An answer that can't be written takes no other with it, and gives back what it held. */
    private void write(Runnable answer) {
        try {
            answer.run();
        } catch (RuntimeException failed) {
            LOG.error("an answer could not be written", failed);
            if (!finished) {
                finished(500);
            }
            fail(failed);
        }
    }

    private EventLoop eventLoop() {
        var found = new EventLoop[1];
        request.withConnection(connection -> found[0] = connection.channel().eventLoop());
        return found[0];
    }

    /** Makes the caller the one who answers. */
    final boolean claim() {
        return STATE.compareAndSet(this, OPEN, ANSWERED);
    }

    /** After {@link #claim}, on the connection's event loop: sends the answer. */
    final void respond(int status, byte @Nullable [] body) {
        finished(status);
        response.status(HttpResponseStatus.valueOf(status));
        if (body == null || body.length == 0) {
            complete();
        } else {
            send(Unpooled.wrappedBuffer(body));
        }
    }

    /** After {@link #claim}: counts the answer and gives back what is held. */
    final void finished(int status) {
        finished = true;
        desk.meters().answered(kind, status, System.nanoTime() - startNanos);
        ended(false);
        if (desk.draining()) {
            response.keepAlive(false);
        }
    }

    final void complete() {
        var subscriber = server;
        if (subscriber != null) {
            subscriber.onComplete();
        }
    }

    final void fail(Throwable error) {
        var subscriber = server;
        if (subscriber != null) {
            subscriber.onError(error);
        }
    }

    private void send(ByteBuf body) {
        response.sendObject(body).subscribe(new Sending());
    }

    /** Tells the server that the body is out. */
    private final class Sending implements CoreSubscriber<Void> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Void nothing) {}

        @Override
        public void onError(Throwable error) {
            fail(error);
        }

        @Override
        public void onComplete() {
            complete();
        }
    }
}
