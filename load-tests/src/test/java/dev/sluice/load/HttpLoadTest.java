package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

@Timeout(90)
class HttpLoadTest {
    private static final String REQUEST = "content-type: text/plain\nx-name: a\n\nthe body";
    private static final Duration STALL = Duration.ofMillis(400);

    private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private Duration lateMax = Duration.ofSeconds(60);
    private int wrongFrom = Integer.MAX_VALUE;
    private int closedFrom = Integer.MAX_VALUE;
    private Duration firstTakes = Duration.ZERO;

    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((request, response) -> request.receive()
                    .aggregate()
                    .asString()
                    .flatMap(body -> {
                        seen.add(request.method() + " " + request.uri() + " "
                                + request.requestHeaders().get("x-name") + " " + body);
                        var number = requests.incrementAndGet();
                        if (number >= closedFrom) {
                            response.withConnection(
                                    connection -> connection.channel().close());
                        }
                        var wait = number == 1 ? Mono.delay(firstTakes).then() : Mono.<Void>empty();
                        return wait.then(response.status(number >= wrongFrom ? 503 : 202)
                                .send()
                                .then());
                    }))
            .bindNow();

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    @Test
    void postsTheRequestAtTheRateThatWasAskedFor() throws Exception {
        try (var load = load(4)) {
            var reached = load.openLoop(200, Duration.ofMillis(500));

            assertThat(reached.latencies().count()).isEqualTo(100);
            // The last one is due 5 ms before the end; a busy machine may take longer, none may be faster.
            assertThat(reached.perSecond()).isPositive().isLessThan(205);
        }
        assertThat(seen).hasSize(100).containsOnly("POST /topics/load a the body");
    }

    @Test
    void countsTheWaitOfRequestsThatWereDueWhileTheServerStoodStill() throws Exception {
        firstTakes = STALL;
        try (var load = load(1)) {
            // 20 requests, 10 ms apart: the last one is due 190 ms after the first, and none is answered before 400.
            var latencies = load.openLoop(100, Duration.ofMillis(200)).latencies();

            assertThat(latencies.count()).isEqualTo(20);
            assertThat(latencies.at(0)).isGreaterThan(STALL.toMillis() - 200);
            assertThat(latencies.max()).isGreaterThan(STALL.toMillis() - 10);
        }
    }

    @Test
    void hasNoMoreUnderWayThanItsConnections() throws Exception {
        firstTakes = STALL;
        try (var load = load(1)) {
            var begun = System.nanoTime();
            var reached = load.closedLoop(Duration.ofMillis(100));

            // The time is over when the first answer comes: nothing was sent beside it.
            assertThat(System.nanoTime() - begun).isGreaterThan(STALL.toNanos() - 10_000_000);
            assertThat(reached.latencies().count()).isEqualTo(1);
        }
        assertThat(requests).hasValue(1);
    }

    @Test
    void measuresOneTimeAfterAnotherAndEachAlone() throws Exception {
        try (var load = load(2)) {
            load.closedLoop(Duration.ofMillis(50));
            var before = requests.get();
            var reached = load.openLoop(100, Duration.ofMillis(100));

            assertThat(reached.latencies().count()).isEqualTo(10);
            assertThat(requests.get() - before).isEqualTo(10);
        }
    }

    @Test
    void saysSoWhenTheServerIsTooSlowForTheRate() throws Exception {
        lateMax = Duration.ofMillis(500);
        try (var load = load(1)) {
            // On a machine that stands still for so long, it is the answers that are missed first.
            assertThatThrownBy(() -> load.openLoop(1_000_000, Duration.ofSeconds(5)))
                    .isInstanceOf(BenchException.class)
                    .hasMessageMatching("it (can't do 1,000,000 requests a second: it is over|has answered nothing for)"
                            + " 500 ms.*");
        }
    }

    @Test
    void saysSoWhenNothingIsAnswered() throws Exception {
        firstTakes = Duration.ofSeconds(20);
        lateMax = Duration.ofMillis(100);
        try (var load = load(1)) {
            assertThatThrownBy(() -> load.openLoop(100, Duration.ofSeconds(1)))
                    .isInstanceOf(BenchException.class)
                    .hasMessage("it has answered nothing for 100 ms");
        }
    }

    @Test
    void failsOnAnAnswerOfAnotherStatus() throws Exception {
        wrongFrom = 3;
        try (var load = load(1)) {
            assertThatThrownBy(() -> load.openLoop(100, Duration.ofSeconds(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("it: an answer was 503, not 202");
        }
    }

    @Test
    void failsWhenAConnectionIsClosed() throws Exception {
        closedFrom = 3;
        try (var load = load(1)) {
            assertThatThrownBy(() -> load.openLoop(100, Duration.ofSeconds(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("it: ");
        }
    }

    private HttpLoad load(int connections) throws IOException {
        var url = URI.create("http://127.0.0.1:" + server.port() + "/topics/load");
        return new HttpLoad("it", url, REQUEST, 202, connections, lateMax);
    }
}
