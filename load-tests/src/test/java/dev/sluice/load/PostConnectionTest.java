package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class PostConnectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Map<String, Integer> seen = new ConcurrentHashMap<>();
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((request, response) -> request.receive()
                    .aggregate()
                    .asByteArray()
                    .defaultIfEmpty(new byte[0])
                    .flatMap(body -> {
                        var id = request.requestHeaders().get("ce-id");
                        var tries = seen.merge(id, 1, Integer::sum);
                        if (id.equals("1") && tries == 1) {
                            return response.status(429)
                                    .header("retry-after", "0")
                                    .sendString(Mono.just("full"))
                                    .then();
                        }
                        return response.status(body.length == 5 ? 202 : 400)
                                .header("content-length", "0")
                                .send()
                                .then();
                    }))
            .bindNow(LIMIT);
    private final URI ingress = URI.create("http://127.0.0.1:" + server.port());

    @AfterEach
    void close() {
        server.disposeNow(LIMIT);
    }

    @Test
    void postsOneAfterAnotherOnOneConnection() throws IOException {
        try (var connection = new PostConnection(ingress, "/topics/load", new byte[5], LIMIT)) {
            assertThat(connection.post("0").status()).isEqualTo(202);
            assertThat(connection.post("2").status()).isEqualTo(202);
        }
        assertThat(seen).containsOnlyKeys("0", "2");
    }

    @Test
    void failsWhenNobodyAnswersAndTriesAnewOnTheNextPost() {
        server.disposeNow(LIMIT);
        try (var connection = new PostConnection(ingress, "/topics/load", new byte[5], LIMIT)) {
            assertThatThrownBy(() -> connection.post("0")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> connection.post("0")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void publishersRepeatWhatWasRefusedUntilItIsTaken() {
        try (var publishers = new Publishers(ingress, "/topics/load", new byte[5], 50)) {
            publishers.start();
            await().atMost(LIMIT).until(() -> !publishers.running());

            publishers.mustBeWell();
            assertThat(publishers.acknowledged()).isEqualTo(50);
            assertThat(publishers.refused429()).isEqualTo(1);
            assertThat(seen).hasSize(50).containsEntry("1", 2);
        }
    }

    @Test
    void publishersStopAtAnAnswerThatNobodyExpects() {
        try (var publishers = new Publishers(ingress, "/topics/load", new byte[4], 50)) {
            publishers.start();
            await().atMost(LIMIT).until(() -> !publishers.running());

            assertThatThrownBy(publishers::mustBeWell)
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("was answered with 400");
        }
    }
}
