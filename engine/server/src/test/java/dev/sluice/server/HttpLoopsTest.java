package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;

/** When what a request hands over is run. */
class HttpLoopsTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final HttpLoops loops = new HttpLoops();
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final Sinks.One<Boolean> ran = Sinks.one();
    private DisposableServer server;

    @BeforeEach
    void serve() {
        server = loops.server()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> {
                    loops.execute(this::run);
                    order.add("request");
                    return Mono.empty();
                })
                .bindNow(LONG);
    }

    @AfterEach
    void close() {
        server.disposeNow(LONG);
        loops.close();
    }

    private void run() {
        order.add("task");
        ran.tryEmitValue(Thread.currentThread().getName().startsWith("sluice-http"));
    }

    @Test
    void runsWhatARequestHandsInBehindItOnTheSameLoop() {
        HttpClient.create()
                .get()
                .uri("http://127.0.0.1:" + server.port())
                .response()
                .block(LONG);

        assertThat(ran.asMono().block(LONG)).isTrue();
        assertThat(order).containsExactly("request", "task");
    }

    @Test
    void runsAtOnceWhatOtherThreadsHandIn() {
        loops.execute(this::run);
        order.add("caller");

        assertThat(order).containsExactly("task", "caller");
    }
}
