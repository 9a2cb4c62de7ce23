package dev.sluice.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Serves the admin API and the console on the loopback address. Requests must name that address as their host: a web
 * page elsewhere can make a browser send requests here under a name of its own, and those are refused.
 */
final class AdminServer {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final Set<String> HOSTS = Set.of(LOOPBACK, "localhost", "[::1]");
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final int REQUEST_BYTES_MAX = 8 << 10;

    private final AdminRoutes routes;
    private final DisposableServer server;

    private AdminServer(AdminRoutes routes, int port) throws NodeException {
        this.routes = routes;
        var http = HttpServer.create()
                .idleTimeout(IDLE_TIMEOUT)
                .readTimeout(READ_TIMEOUT)
                .requestTimeout(READ_TIMEOUT)
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(REQUEST_BYTES_MAX)
                        .maxHeaderSize(REQUEST_BYTES_MAX)
                        .h2cMaxContentLength(0))
                .handle(this::answer);
        this.server = HttpServers.bind(http, LOOPBACK, port, "admin-port");
    }

    /** Opens the port. Blocks. */
    static AdminServer start(AdminRoutes routes, int port) throws NodeException {
        return new AdminServer(routes, port);
    }

    String url() {
        return HttpServers.url(LOOPBACK, server);
    }

    /** Closes the port. Blocks up to 3 s. */
    void close() {
        HttpServers.close(server);
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        // Statuses are asked of other threads and meters take locks: nothing for an event loop.
        return Mono.fromCallable(() -> reply(request))
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorResume(error -> {
                    LOG.atError().setCause(error).log("{} {} failed", request.method(), request.uri());
                    return Mono.just(routes.problem(500, "Internal Server Error", "see the engine's log"));
                })
                .flatMap(reply -> send(request, response, reply));
    }

    private Reply reply(HttpServerRequest request) {
        if (!isOurs(request.requestHeaders().get(HttpHeaderNames.HOST))) {
            return routes.problem(421, "Misdirected Request", "the host must be 127.0.0.1, localhost or [::1]");
        }
        var path = path(request.uri());
        if (!isRead(request) && routes.takes(path)) {
            return routes.problem(405, "Method Not Allowed", "this API only reads")
                    .with("Allow", "GET, HEAD");
        }
        return routes.get(path);
    }

    private static boolean isRead(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    private static boolean isOurs(@Nullable String host) {
        if (host == null) {
            return false;
        }
        var end = host.lastIndexOf(':');
        return HOSTS.contains(end > host.lastIndexOf(']') ? host.substring(0, end) : host);
    }

    private static String path(String uri) {
        var query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static Mono<Void> send(HttpServerRequest request, HttpServerResponse response, Reply reply) {
        response.status(reply.status())
                .header(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(reply.body().length))
                .header("X-Content-Type-Options", "nosniff");
        reply.headers().forEach(response::header);
        return request.method().equals(HttpMethod.HEAD)
                ? response.send().then()
                : response.sendByteArray(Mono.just(reply.body())).then();
    }
}
