package dev.sluice.trigger.http;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.http.UnsupportedFormatException;
import dev.sluice.cloudevents.mappings.RefusedPayloadException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Arrays;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * An exchange that first takes in its request's body, into one array that grows with what came, not with what was
 * announced. It is counted as in flight from its begin to its answer, its bytes as well.
 *
 * <p>A body over the limit is read on and thrown away, so that its sender gets to see the 413, but not without end.
 */
abstract class BodyExchange extends Exchange implements CoreSubscriber<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(BodyExchange.class);
    private static final byte[] NO_BYTES = {};
    private static final int FIRST_BYTES = 4 << 10;
    private static final long SWALLOWED_BYTES_MAX = 8L << 20;

    private byte[] body = NO_BYTES;
    private int used;
    private long announced = -1;
    private long swallowed;
    private boolean entered;
    private long taken;

    BodyExchange(Desk desk, RouteKind kind, HttpServerRequest request, HttpServerResponse response) {
        super(desk, kind, request, response);
    }

    /** The whole body is here, and nothing of the request is missing. What it throws of refused events is answered. */
    abstract void received(byte[] whole);

    /** The client has left, or the exchange was answered: ends the work that {@link #received} began. */
    abstract void released(boolean clientLeft);

    @Override
    final void begin() {
        if (!desk().occupancy().enter()) {
            answer(Problem.busy("too many requests are being served"));
            return;
        }
        entered = true;
        announced = announcedBytes();
        var readable = asksFirst() ? 0 : SWALLOWED_BYTES_MAX;
        if (announced > desk().limits().bodyBytes() + readable) {
            answer(tooLarge().closing());
            return;
        }
        request().receiveObject().subscribe(this);
    }

    @Override
    final void ended(boolean clientLeft) {
        released(clientLeft);
        if (entered) {
            entered = false;
            desk().occupancy().leave(taken);
        }
    }

    @Override
    public final void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public final void onNext(Object message) {
        if (message instanceof ByteBufHolder content) {
            append(content.content());
        } else if (message instanceof ByteBuf content) {
            append(content);
        }
    }

    /** The body was cut off or is malformed: no event. The connection is gone, or the guard has answered. */
    @Override
    public final void onError(Throwable error) {
        if (claim()) {
            desk().meters().aborted(kind());
            ended(true);
            fail(error);
        }
    }

    @Override
    public final void onComplete() {
        if (swallowed > 0) {
            answer(tooLarge());
        } else if (isOpen()) {
            var whole = used == body.length ? body : Arrays.copyOf(body, used);
            body = NO_BYTES;
            try {
                received(whole);
            } catch (InvalidEventException invalid) {
                answer(Problem.of(invalid));
            } catch (RefusedPayloadException refused) {
                answer(Problem.of(refused));
            } catch (UnsupportedFormatException unsupported) {
                answer(Problem.of(415, String.valueOf(unsupported.getMessage())));
            } catch (RuntimeException failed) {
                LOG.error("request failed on its way in", failed);
                answer(Problem.of(failed, 500, "the request could not be handed on"));
            }
        }
    }

    private void append(ByteBuf content) {
        var length = content.readableBytes();
        if (length == 0 || !isOpen()) {
            return;
        }
        if (swallowed > 0 || used + (long) length > desk().limits().bodyBytes()) {
            swallow(length);
            return;
        }
        if (used + length > body.length && !grow(used + length)) {
            return;
        }
        content.readBytes(body, used, length);
        used += length;
    }

    private void swallow(int length) {
        body = NO_BYTES;
        swallowed += length;
        if (swallowed > SWALLOWED_BYTES_MAX) {
            answer(tooLarge().closing());
        }
    }

    private boolean grow(int needed) {
        var most = announced >= needed ? announced : desk().limits().bodyBytes();
        var capacity = needed == announced ? needed : (int) Math.min(most, Math.max(FIRST_BYTES, needed * 2L));
        var more = capacity - body.length;
        if (!desk().occupancy().take(more)) {
            answer(Problem.busy("the requests being served hold too many bytes"));
            return false;
        }
        taken += more;
        body = Arrays.copyOf(body, capacity);
        return true;
    }

    /** Whether the client waits for our word before it sends the body. */
    private boolean asksFirst() {
        return request().requestHeaders().contains(HttpHeaderNames.EXPECT);
    }

    private long announcedBytes() {
        var text = request().requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            // The decoder has checked the header; what it took for a length that this is not counts as unknown.
            return -1;
        }
    }

    private Problem tooLarge() {
        return Problem.of(
                413, "the body must not be larger than " + desk().limits().bodyBytes() + " bytes");
    }
}
