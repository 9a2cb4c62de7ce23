package dev.sluice.trigger.http;

import static dev.sluice.trigger.http.Ingress.binary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class LimitsTest {
    private static final HttpLimits DEFAULT = HttpLimits.DEFAULT;

    @Test
    void namesEveryLimitOutOfRangeAtOnce() {
        assertThatThrownBy(() -> new HttpLimits(
                        1,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "body-bytes = 1 must be at least 65536",
                        "batch-events = 0",
                        "headers-max",
                        "header-bytes",
                        "requests-in-flight",
                        "bytes-in-flight = 0 must be at least 1",
                        "publish-concurrency",
                        "answers-max",
                        "answer-bytes",
                        "tail-subscribers",
                        "heartbeat = PT0S must be at least 1 ms",
                        "patience",
                        "read-timeout",
                        "request-timeout",
                        "idle-timeout");
    }

    @Test
    void changesOneLimitAndKeepsTheOthers() {
        assertThat(DEFAULT.withPatience(Duration.ofSeconds(1)).withPatience(DEFAULT.patience()))
                .isEqualTo(DEFAULT);
        assertThat(DEFAULT.withRequestsInFlight(3).requestsInFlight()).isEqualTo(3);
        assertThat(DEFAULT.withBodyBytes(1 << 30).bytesInFlight()).isGreaterThanOrEqualTo(1 << 30);
        assertThat(DEFAULT.withAnswers(7, 8).answerBytes()).isEqualTo(8);
    }

    @Test
    void answers503AtOnceWhenTooManyRequestsWait() {
        try (var ingress = new Ingress(limits -> limits.withRequestsInFlight(1))) {
            var stored = Sinks.<Void>empty();
            var orders = ingress.topic("orders").answering(event -> stored.asMono());
            var waiting = CompletableFuture.supplyAsync(() -> ingress.post("/topics/orders", "x", binary("1")));
            await().until(() -> orders.events.size() == 1);

            var refused = ingress.post("/topics/orders", "x", binary("2"));

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
            stored.tryEmitEmpty();
            assertThat(waiting.join().statusCode()).isEqualTo(202);
            assertThat(ingress.post("/topics/orders", "x", binary("3")).statusCode())
                    .isEqualTo(202);
            assertThat(ingress.http.inFlight()).isZero();
        }
    }

    @Test
    void answers503WhenTheWaitingRequestsHoldTooManyBytes() {
        var body = new byte[1 << 20];
        try (var ingress = new Ingress(limits -> limits.withBytesInFlight(1 << 20))) {
            var stored = Sinks.<Void>empty();
            var orders = ingress.topic("orders").answering(event -> stored.asMono());
            var waiting =
                    CompletableFuture.supplyAsync(() -> ingress.post("/topics/orders", new byte[1 << 19], binary("1")));
            await().until(() -> orders.events.size() == 1);

            assertThat(ingress.post("/topics/orders", body, binary("2")).statusCode())
                    .isEqualTo(503);
            stored.tryEmitEmpty();
            assertThat(waiting.join().statusCode()).isEqualTo(202);
            assertThat(ingress.registry
                            .get("sluice.http.in.flight.bytes")
                            .gauge()
                            .value())
                    .isZero();
        }
    }

    @Test
    void holdsNoMoreThanWhatCameOfABodyThatIsAnnouncedLarge() {
        try (var ingress = new Ingress()) {
            ingress.topic("orders");
            try (var client = ingress.raw()) {
                client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx");
                await().until(() -> ingress.registry
                                .get("sluice.http.in.flight.bytes")
                                .gauge()
                                .value()
                        > 0);

                assertThat(ingress.registry
                                .get("sluice.http.in.flight.bytes")
                                .gauge()
                                .value())
                        .isLessThanOrEqualTo(4_096);
            }
        }
    }

    @Test
    void answersABodyAnnouncedFarTooLargeWithoutReadingIt() {
        try (var ingress = new Ingress()) {
            ingress.topic("orders");
            try (var client = ingress.raw()) {
                client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nx");

                assertThat(client.readToEnd()).startsWith("HTTP/1.1 413");
            }
        }
    }

    @Test
    void answers413ToABatchOfTooManyEvents() {
        try (var ingress = new Ingress()) {
            var orders = ingress.topic("orders");
            var batch = "[" + Ingress.structured("1") + ("," + Ingress.structured("2")).repeat(1_000) + "]";

            var answer = ingress.post("/topics/orders", batch, "Content-Type", "application/cloudevents-batch+json");

            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(orders.events).isEmpty();
        }
    }

    @Test
    void sendsABatchInOrderWithNoMoreOnTheirWayThanAllowed() {
        try (var ingress = new Ingress()) {
            var stored = Sinks.<Void>empty();
            var orders = ingress.topic("orders").answering(event -> stored.asMono());
            var batch = new StringBuilder("[" + Ingress.structured("0"));
            for (var i = 1; i < 200; i++) {
                batch.append(',').append(Ingress.structured("" + i));
            }

            var answer = CompletableFuture.supplyAsync(() ->
                    ingress.post("/topics/orders", batch + "]", "Content-Type", "application/cloudevents-batch+json"));
            await().until(() -> orders.events.size() >= 64);
            assertThat(orders.events).hasSize(64);
            stored.tryEmitEmpty();

            assertThat(answer.join().statusCode()).isEqualTo(202);
            assertThat(orders.ids())
                    .isEqualTo(java.util.stream.IntStream.range(0, 200)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }

    @Test
    void sendsNoMoreOfABatchWhoseClientHasLeft() {
        try (var ingress = new Ingress()) {
            var orders = ingress.topic("orders").answering(event -> Mono.never());
            var batch = "[" + Ingress.structured("0") + ("," + Ingress.structured("1")).repeat(99) + "]";
            try (var client = ingress.raw()) {
                client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: " + batch.length()
                        + "\r\nContent-Type: application/cloudevents-batch+json\r\n\r\n" + batch);
                await().until(() -> orders.events.size() == 64);
                client.reset();
                await().until(() -> orders.cancelled.get() == 64);
            }
            assertThat(orders.events).hasSize(64);
        }
    }
}
