package dev.sluice.trigger.http;

import io.netty.channel.ChannelPipeline;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** What every connection gets before its first request: limits of the decoder, time-outs, the guard on bodies. */
final class Connections {
    private static final int REQUEST_LINE_BYTES_MAX = 4 << 10;

    private Connections() {}

    static HttpServer configure(HttpServer server, HttpLimits limits) {
        return server.httpRequestDecoder(spec -> spec.maxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                        .maxHeaderSize(limits.headerBytes())
                        .validateHeaders(true)
                        .allowDuplicateContentLengths(false))
                .idleTimeout(limits.idleTimeout())
                .readTimeout(limits.readTimeout())
                .requestTimeout(limits.requestTimeout())
                .doOnChannelInit((observer, channel, remote) -> install(channel.pipeline()));
    }

    private static void install(ChannelPipeline pipeline) {
        pipeline.addAfter(NettyPipeline.HttpCodec, BodyGuard.NAME, new BodyGuard());
    }
}
