package dev.sluice.cloudevents.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A sink on a free port of this machine, which notes what it gets and answers as a test says. */
final class FakeSink implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    final List<Got> got = new CopyOnWriteArrayList<>();
    private final DisposableServer server;
    private volatile Function<Got, Answer> answers = request -> Answer.of(202);

    FakeSink() {
        this(HttpServer.create());
    }

    FakeSink(HttpServer kind) {
        server = kind.host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asByteArray()
                        .defaultIfEmpty(new byte[0])
                        .flatMap(body -> {
                            Got now = new Got(
                                    request.method().name(),
                                    request.uri(),
                                    new DefaultHttpHeaders().add(request.requestHeaders()),
                                    new String(body, StandardCharsets.UTF_8));
                            got.add(now);
                            Answer answer = answers.apply(now);
                            response.status(answer.status()).headers(answer.headers());
                            return Mono.from(response.sendByteArray(answer.body()));
                        }))
                .bindNow(PATIENCE);
    }

    /** A request as it came. */
    record Got(String method, String uri, HttpHeaders headers, String body) {}

    /** What is answered; a body that never ends keeps the client waiting. */
    record Answer(int status, HttpHeaders headers, Flux<byte[]> body) {
        static Answer of(int status, String... namesAndValues) {
            return new Answer(status, Requests.headers(namesAndValues), Flux.empty());
        }

        Answer with(String text) {
            return with(Flux.just(text.getBytes(StandardCharsets.UTF_8)));
        }

        Answer with(Flux<byte[]> bytes) {
            return new Answer(status, headers, bytes);
        }
    }

    void answering(Answer answer) {
        answers = request -> answer;
    }

    void answering(Function<Got, Answer> each) {
        answers = each;
    }

    int port() {
        return server.port();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.port() + "/events?key=v");
    }

    @Override
    public void close() {
        server.disposeNow(PATIENCE);
    }
}
