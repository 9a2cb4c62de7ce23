package dev.sluice.trigger.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands behind the decoder and lets no part of a body through that the decoder could not read: Reactor Netty would take
 * such a body for a complete one. Answers 400 and closes; the exchange is told by the closing.
 */
final class BodyGuard extends ChannelInboundHandlerAdapter {
    static final String NAME = "sluice.bodyGuard";

    private boolean refused;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpContent content
                && content.decoderResult().isFailure()) {
            refused = true;
            content.release();
            refuse(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static void refuse(ChannelHandlerContext context) {
        var body = Problem.of(400, "the body is malformed").json();
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        // Written from here, past Reactor Netty, which may be in the middle of nothing or of a pipelined answer.
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
