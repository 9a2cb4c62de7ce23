package dev.sluice.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
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
    private static final String JSON = "application/json";

    private final AdminRoutes routes;
    private final DisposableServer server;

    private AdminServer(HttpServer base, AdminRoutes routes, int port) throws NodeException {
        this.routes = routes;
        var http = base.idleTimeout(IDLE_TIMEOUT)
                .readTimeout(READ_TIMEOUT)
                .requestTimeout(READ_TIMEOUT)
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(REQUEST_BYTES_MAX)
                        .maxHeaderSize(REQUEST_BYTES_MAX)
                        .h2cMaxContentLength(0))
                .handle(this::answer);
        this.server = HttpServers.bind(http, LOOPBACK, port, "admin-port");
    }

    /** Opens the port. Blocks. */
    static AdminServer start(HttpServer base, AdminRoutes routes, int port) throws NodeException {
        return new AdminServer(base, routes, port);
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
        return body(request)
                .publishOn(Schedulers.boundedElastic())
                .map(body -> reply(request, body))
                .onErrorResume(error -> {
                    LOG.atError().setCause(error).log("{} {} failed", request.method(), request.uri());
                    return Mono.just(routes.problem(500, "Internal Server Error", "see the engine's log"));
                })
                .flatMap(reply -> send(request, response, reply));
    }

    /** The request's body; no more of it than any request may have. */
    private static Mono<byte[]> body(HttpServerRequest request) {
        return isRead(request)
                ? Mono.just(new byte[0])
                : request.receive()
                        .asByteArray()
                        .scanWith(ByteArrayOutputStream::new, AdminServer::appended)
                        .takeUntil(read -> read.size() > REQUEST_BYTES_MAX)
                        .last()
                        .map(ByteArrayOutputStream::toByteArray);
    }

    private static ByteArrayOutputStream appended(ByteArrayOutputStream read, byte[] more) {
        read.writeBytes(more);
        return read;
    }

    private Reply reply(HttpServerRequest request, byte[] body) {
        if (!isOurs(request.requestHeaders().get(HttpHeaderNames.HOST))) {
            return routes.problem(421, "Misdirected Request", "the host must be 127.0.0.1, localhost or [::1]");
        }
        var path = path(request.uri());
        var allowed = routes.allows(path);
        if (isRead(request) ? allowed.equals("POST") : !allowed.isEmpty() && !isPost(request, allowed)) {
            return routes.problem(405, "Method Not Allowed", "this path takes " + allowed)
                    .with("Allow", allowed);
        }
        if (isRead(request) || allowed.isEmpty()) {
            return routes.get(path, query(request.uri()));
        }
        return body.length > REQUEST_BYTES_MAX
                ? routes.problem(413, "Content Too Large", "a request has at most " + REQUEST_BYTES_MAX + " bytes")
                : changing(request, path, body);
    }

    /**
     * What changes something is asked for by our own page or by none: a page elsewhere can't send this type unasked.
     */
    private Reply changing(HttpServerRequest request, String path, byte[] body) {
        var headers = request.requestHeaders();
        var origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equals("http://" + headers.get(HttpHeaderNames.HOST))) {
            return routes.problem(403, "Forbidden", "requests of other pages change nothing here");
        }
        var type = String.valueOf(headers.get(HttpHeaderNames.CONTENT_TYPE));
        if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
            return routes.problem(415, "Unsupported Media Type", "the body must be " + JSON);
        }
        return routes.post(path, body);
    }

    private static boolean isPost(HttpServerRequest request, String allowed) {
        return request.method().equals(HttpMethod.POST) && allowed.equals("POST");
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

    private static String query(String uri) {
        var query = uri.indexOf('?');
        return query < 0 ? "" : uri.substring(query + 1);
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
