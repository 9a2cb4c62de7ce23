package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Intake;
import dev.sluice.broker.TailEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A served ingress on a free port, with the topics and functions that a test gives it. */
final class Ingress implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    final Map<String, EventSink> topics = new HashMap<>();
    final Map<String, Intake> functions = new HashMap<>();
    final Map<String, Function<Map<Integer, Long>, Flux<TailEvent>>> tails = new HashMap<>();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final HttpIngress http;
    private final DisposableServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Ingress() {
        this(limits -> limits);
    }

    Ingress(UnaryOperator<HttpLimits> limits) {
        this(null, limits.apply(HttpLimits.DEFAULT));
    }

    Ingress(HttpIngress given) {
        this(given, HttpLimits.DEFAULT);
    }

    private Ingress(HttpIngress given, HttpLimits limits) {
        http = given == null ? ofMaps(limits) : given;
        server = http.configure(HttpServer.create().host("127.0.0.1").port(0))
                .handle(http.handler())
                .bindNow(PATIENCE);
    }

    private HttpIngress ofMaps(HttpLimits limits) {
        return HttpIngress.builder()
                .topics(topics::get)
                .functions(functions::get)
                .tails((topic, after) ->
                        tails.containsKey(topic) ? tails.get(topic).apply(after) : null)
                .limits(limits)
                .meters(registry)
                .build();
    }

    int port() {
        return server.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    FakeSink topic(String name) {
        var sink = new FakeSink(name);
        topics.put(name, sink);
        return sink;
    }

    void tail(String topic, Function<Map<Integer, Long>, Flux<TailEvent>> tail) {
        tails.put(topic, tail);
    }

    FakeIntake function(String name) {
        var intake = new FakeIntake();
        functions.put(name, intake);
        return intake;
    }

    HttpResponse<String> post(String path, byte[] body, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body)), headers);
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)), headers);
    }

    HttpResponse<String> request(String method, String path, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()), headers);
    }

    HttpResponse<String> send(HttpRequest.Builder request, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    RawClient raw() {
        return new RawClient(port());
    }

    /** The headers of a valid event in binary mode. */
    static String[] binary(String id, String... more) {
        var headers = new java.util.ArrayList<>(
                List.of("ce-specversion", "1.0", "ce-id", id, "ce-source", "/test", "ce-type", "com.example.made"));
        headers.addAll(List.of(more));
        return headers.toArray(String[]::new);
    }

    /** A valid event in structured mode. */
    static String structured(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"" + id
                + "\",\"source\":\"/test\",\"type\":\"com.example.made\",\"data\":{\"n\":1}}";
    }

    @Override
    public void close() {
        server.disposeNow(PATIENCE);
    }
}
