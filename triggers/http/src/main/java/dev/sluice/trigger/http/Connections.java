package dev.sluice.trigger.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** What every connection gets before its first request: limits of the decoder, time-outs, the guard on bodies. */
final class Connections {
    private static final int REQUEST_LINE_BYTES_MAX = 4 << 10;

    private Connections() {}

    static HttpServer configure(HttpServer server, HttpLimits limits) {
        return server.protocol(HttpProtocol.HTTP11)
                .doOnChannelInit((observer, channel, remote) -> install(channel.pipeline(), limits));
    }

    /** Reactor Netty's own time-outs would put handlers into the pipeline and take them out again with each request. */
    private static void install(ChannelPipeline pipeline, HttpLimits limits) {
        var conversation = new Conversation(System.nanoTime());
        var config = new HttpDecoderConfig()
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(limits.headerBytes())
                .setValidateHeaders(true)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false);
        pipeline.replace(NettyPipeline.HttpCodec, NettyPipeline.HttpCodec, new StrictCodec(config, conversation));
        pipeline.addAfter(NettyPipeline.HttpCodec, ConnectionGuard.NAME, new ConnectionGuard(conversation, limits));
    }
}
