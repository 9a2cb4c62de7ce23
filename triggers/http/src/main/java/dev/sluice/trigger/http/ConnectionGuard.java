package dev.sluice.trigger.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the codec and ends the connection of a client that sends what can't be read, or too slowly. Reactor Netty
 * would hand on a body that the decoder could not read as a complete one. The exchange that reads such a body is told by
 * the closing.
 *
 * <p>One timer per connection looks after all time-outs, so that a request costs none.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    static final String NAME = "sluice.connectionGuard";

    private final Conversation conversation;
    private final HttpLimits limits;
    private boolean headRead;
    private boolean refused;
    private @Nullable Future<?> timer;

    ConnectionGuard(Conversation conversation, HttpLimits limits) {
        this.conversation = conversation;
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        schedule(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        var isHead = message instanceof HttpRequest;
        headRead = isHead || (headRead && !(message instanceof LastHttpContent));
        if (message instanceof DecoderResultProvider decoded
                && decoded.decoderResult().isFailure()) {
            headRead = true;
            ReferenceCountUtil.release(message);
            refuse(context, problem(isHead, decoded.decoderResult().cause()));
        } else {
            context.fireChannelRead(message);
        }
    }

    private static Problem problem(boolean isHead, Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(414, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(431, "the headers are too large");
        }
        return Problem.of(400, isHead ? "the request is malformed" : "the body is malformed");
    }

    private void schedule(ChannelHandlerContext context) {
        var shortest = Math.min(
                limits.idleTimeout().toNanos(),
                Math.min(limits.readTimeout().toNanos(), limits.requestTimeout().toNanos()));
        var wait = Math.min(shortest, Math.max(1, conversation.left(System.nanoTime(), limits)));
        timer = context.executor().schedule(() -> check(context), wait, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        if (context.isRemoved() || !context.channel().isActive()) {
            return;
        }
        if (!conversation.overdue(System.nanoTime(), limits)) {
            schedule(context);
        } else if (conversation.isReading()) {
            refuse(context, Problem.of(408, "the request did not come in time"));
        } else {
            refused = true;
            close(context);
        }
    }

    /** Answers past Reactor Netty, if no answer to another request could be meant, and closes. */
    private void refuse(ChannelHandlerContext context, Problem problem) {
        refused = true;
        if (!conversation.mayAnswerWhatIsRead(headRead)) {
            close(context);
            return;
        }
        var body = problem.json();
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(problem.status()), Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static void close(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
}
