package dev.sluice.cloudevents.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AddressResolverGroup;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.NettyOutbound;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.SslProvider;

/**
 * One request, one answer, within the limits and the address rules. Follows no redirect and sends nothing twice: a pooled
 * connection that turns out to be closed is an error like any other.
 */
final class Transport {
    private static final int HEADER_BYTES_MAX = 16 << 10;

    private final ClientLimits limits;
    private final ClientMeters meters;
    private final ConnectionProvider pool;
    private final HttpClient client;
    private volatile boolean closed;

    Transport(
            ClientLimits limits,
            AddressRules rules,
            AddressResolverGroup<?> names,
            ClientMeters meters,
            @Nullable TrustManagerFactory trusted) {
        this.limits = limits;
        this.meters = meters;
        this.pool = ConnectionProvider.builder("sluice-http-client")
                .maxConnections(limits.connectionsPerSink())
                .pendingAcquireMaxCount(limits.pendingPerSink())
                // Before the deadline, which would leave open whether something was sent.
                .pendingAcquireTimeout(limits.deadline().dividedBy(2))
                .maxIdleTime(limits.idle())
                .evictInBackground(limits.idle())
                .disposeInactivePoolsInBackground(limits.idle(), limits.idle())
                .metrics(true, () -> meters)
                .lifo()
                .build();
        HttpClient open = HttpClient.create(pool)
                .followRedirect(false)
                .disableRetry(true)
                .resolver(new GuardedResolver(rules, names))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, limits.connectTimeout().toMillis()))
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(HEADER_BYTES_MAX))
                .headers(headers -> headers.set(HttpHeaderNames.USER_AGENT, "sluice"));
        this.client = trusted == null ? open : open.secure(tls -> tls.sslContext(trusting(trusted)));
    }

    /**
     * Sends a request; cold. Errors are {@link SinkException}s. Cancel closes the connection.
     *
     * @param body not to be changed until the answer is there
     */
    Mono<Reply> exchange(HttpMethod method, Target target, HttpHeaders headers, byte[] body) {
        return Mono.defer(() -> closed ? closedTo(target) : opened(method, target, headers, body));
    }

    private static Mono<Reply> closedTo(Target target) {
        return Mono.error(new SinkException.Unreachable(target, new IllegalStateException("the client is closed")));
    }

    private Mono<Reply> opened(HttpMethod method, Target target, HttpHeaders headers, byte[] body) {
        return client.request(method)
                .uri(target.uri())
                .send((request, outbound) -> written(request, outbound, headers, body))
                .response(this::read)
                .single()
                .timeout(limits.deadline(), Mono.error(() -> new SinkException.TimedOut(target, limits.deadline())))
                .onErrorMap(failed -> reason(target, failed));
    }

    /** Counts what is sent as one send, whose error or end the meters tell. */
    <T> Mono<T> counted(Target target, Mono<T> send) {
        return Mono.defer(() -> {
            if (!meters.enter(limits.sendsMax())) {
                meters.ended(Outcome.OVERLOADED, 0);
                return Mono.error(new SinkException.Overloaded(target, limits.sendsMax() + " sends are in flight"));
            }
            long start = System.nanoTime();
            return send.doOnSuccess(taken -> meters.ended(Outcome.TAKEN, System.nanoTime() - start))
                    .doOnError(failed -> meters.ended(Outcome.of(failed), System.nanoTime() - start))
                    .doOnCancel(() -> meters.ended(Outcome.CANCELLED, System.nanoTime() - start))
                    .doFinally(end -> meters.left());
        });
    }

    /** Closes the connections, at once those that are idle. */
    Mono<Void> close() {
        closed = true;
        return pool.disposeLater();
    }

    private static SslProvider.GenericSslContextSpec<SslContextBuilder> trusting(TrustManagerFactory authorities) {
        return Http11SslContextSpec.forClient().configure(context -> context.trustManager(authorities));
    }

    private static Publisher<Void> written(
            HttpClientRequest request, NettyOutbound outbound, HttpHeaders headers, byte[] body) {
        request.requestHeaders().add(headers).setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return body.length == 0 ? outbound : outbound.sendObject(Unpooled.wrappedBuffer(body));
    }

    private Publisher<Reply> read(HttpClientResponse response, ByteBufFlux content) {
        int status = response.status().code();
        HttpHeaders headers = response.responseHeaders();
        return BoundedBody.of(content, limits.answerBytes())
                .map(body -> new Reply(status, headers, body.bytes(), body.whole()));
    }

    private static Throwable reason(Target target, Throwable failed) {
        if (failed instanceof SinkException) {
            return failed;
        }
        if (failed instanceof GuardedResolver.AddressRefusedException) {
            return new SinkException.Forbidden(target);
        }
        if (failed instanceof PoolAcquirePendingLimitException || failed instanceof PoolAcquireTimeoutException) {
            return new SinkException.Overloaded(target, "too many sends wait for a connection to it");
        }
        return new SinkException.Unreachable(target, failed);
    }
}
