package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.WireEvent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.publisher.TestPublisher;

class TailTest {
    private final Ingress ingress =
            new Ingress(limits -> limits.withTailSubscribers(2).withHeartbeat(Duration.ofMillis(100)));
    private final TestPublisher<TailEvent> topic = TestPublisher.create();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicReference<Map<Integer, Long>> after = new AtomicReference<>();

    TailTest() {
        ingress.tail("orders", positions -> {
            after.set(positions);
            return topic.flux().doOnRequest(asked::addAndGet);
        });
    }

    @AfterEach
    void close() {
        ingress.close();
    }

    private static TailEvent event(int partition, long offset, String type) {
        var event = WireEvent.builder()
                .id(partition + "-" + offset)
                .source("/shop")
                .type(type)
                .subject("order")
                .data("text/plain", "a\nb".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .build();
        return new TailEvent(partition, offset, event);
    }

    private RawClient follow(String query, String... headers) {
        var client = ingress.raw();
        client.send(
                "GET /topics/orders" + query + " HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
        client.readUntil(":\n\n");
        return client;
    }

    private static String eventIn(String text) {
        return text.substring(text.indexOf("id: "));
    }

    @Test
    void showsEventsAsTheyComeInOneLineEach() {
        try (var client = follow("")) {
            topic.next(event(1, 40, "com.example.made"));

            assertThat(eventIn(client.readUntil("}\n\n")))
                    .startsWith("id: 1.14\nevent: com.example.made\ndata: {")
                    .contains("\"id\":\"1-40\"", "\"data\":\"a\\nb\"");
        }
    }

    @Test
    void writesNothingBehindTheHeadBeforeTheTailHasItsPlaces() throws Exception {
        var subscriber = new CompletableFuture<CoreSubscriber<? super TailEvent>>();
        ingress.tail("slow", positions -> new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super TailEvent> actual) {
                subscriber.complete(actual);
            }
        });
        try (var client = ingress.raw()) {
            client.send("GET /topics/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            client.readUntil("\r\n\r\n");

            Operators.error(
                    subscriber.get(10, TimeUnit.SECONDS), new IllegalStateException("there is no such topic any more"));

            assertThat(client.readToEnd()).doesNotContain(":\n\n");
        }
    }

    @Test
    void tellsTheClientThatItIsAStreamNotToBeKept() {
        try (var client = ingress.raw()) {
            client.send("GET /topics/orders HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .contains("content-type: text/event-stream", "cache-control: no-store");
        }
    }

    @Test
    void keepsOneCursorOverAllPartitions() {
        try (var client = follow("")) {
            topic.next(event(1, 40, "t"), event(0, 3, "t"));

            client.readUntil("id: 1.14\n");
            assertThat(client.readUntil("}\n\n")).isNotEmpty();
            assertThat(client.readUntil("data")).contains("id: 0.3_1.14\n");
        }
    }

    @Test
    void goesOnBehindTheLastEventThatTheClientSaw() {
        try (var client = follow("", "Last-Event-ID: 0.3_1.14\r\n")) {
            assertThat(after.get()).isEqualTo(Map.of(0, 3L, 1, 40L));
            topic.next(event(1, 41, "t"));

            assertThat(client.readUntil("event")).contains("id: 0.3_1.15\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?type=com.b, 2",
        "?type=com.*, 1",
        "?type=com.b&subject=ord*, 2",
        "?source=/shop, 1",
        "?source=%2Fshop&type=com.b, 2"
    })
    void showsOnlyWhatTheFilterLetsThrough(String query, long firstShown) {
        try (var client = follow(query)) {
            topic.next(event(0, 1, "com.a"), event(0, 2, "com.b"));

            assertThat(client.readUntil("event")).contains("id: 0." + firstShown + "\n");
        }
    }

    @Test
    void endsAfterAsManyEventsAsAskedFor() {
        try (var client = follow("?limit=2", "Connection: close")) {
            topic.next(event(0, 1, "t"), event(0, 2, "t"), event(0, 3, "t"));

            assertThat(client.readToEnd()).contains("\"id\":\"0-2\"").doesNotContain("\"id\":\"0-3\"");
        }
        topic.assertCancelled();
    }

    @Test
    void servesTheNextRequestOnTheConnectionOfATailThatEnded() {
        try (var client = follow("?limit=1")) {
            topic.next(event(0, 1, "t"));
            client.readUntil("0\r\n\r\n");
            client.send("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0, limit",
        "?limit=x, limit",
        "?type=, type",
        "?type=a&type=b, type",
        "?kind=a, kind",
        "?type=%zz, percent-encoded"
    })
    void answers400ToAQueryThatATailDoesNotKnow(String query, String named) {
        try (var client = ingress.raw()) {
            client.send("GET /topics/orders" + query + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400").contains(named);
        }
    }

    @ParameterizedTest
    @CsvSource({"x", "0", "0.", ".1", "0.1_0.2", "0.-1", "0.+1", "zzzzzzzzzzzzzzzzz.1", "0.1_"})
    void answers400ToACursorThatIsNoneOfOurs(String cursor) {
        assertThat(ingress.request("GET", "/topics/orders", "Last-Event-ID", cursor)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void answers404WhenThereIsNoSuchTopic() {
        assertThat(ingress.request("GET", "/topics/none").statusCode()).isEqualTo(404);
    }

    @Test
    void saysThatItIsAliveWhileNothingComes() {
        try (var client = follow("")) {
            assertThat(client.readUntil(":\n\n")).isNotEmpty();
            assertThat(client.readUntil(":\n\n")).isNotEmpty();
        }
    }

    @Test
    void refusesMoreTailsThanAreAllowedAndFreesThemAsClientsLeave() {
        var first = follow("");
        var second = follow("");
        assertThat(ingress.request("GET", "/topics/orders").statusCode()).isEqualTo(503);

        first.reset();
        second.close();

        await().until(() -> ingress.registry.get("sluice.http.tails").gauge().value() == 0);
        await().untilAsserted(topic::assertNoSubscribers);
        follow("").close();
    }

    @Test
    void endsWhenTheTopicCanNotBeReadAnyMore() {
        try (var client = follow("")) {
            topic.error(new BrokerException.Unavailable("default", "gone", null));

            client.readToEnd();
        }
        await().until(() -> ingress.registry.get("sluice.http.tails").gauge().value() == 0);
    }

    @Test
    void asksForNoMoreThanItsWindowUntilSomethingWasTaken() {
        try (var client = follow("")) {
            assertThat(asked).hasValue(64);
            topic.next(event(0, 1, "t"));
            client.readUntil("}\n\n");

            await().until(() -> asked.get() > 64);
            assertThat(asked.get()).isLessThanOrEqualTo(66);
        }
    }

    @Test
    void leavesEventsOutRatherThanKeepThemForAClientThatReadsNothing() {
        var sent = new AtomicLong();
        var large = WireEvent.builder()
                .id("large")
                .source("/s")
                .type("t")
                .data("text/plain", new byte[200_000])
                .build();
        ingress.tail("large", positions -> Flux.<TailEvent>generate(
                        sink -> sink.next(new TailEvent(0, sent.incrementAndGet(), large)))
                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic()));
        try (var client = ingress.raw()) {
            client.send("GET /topics/large HTTP/1.1\r\nHost: x\r\n\r\n");

            await().until(() -> sent.get() >= 64);
            await().during(Duration.ofMillis(300)).until(() -> sent.get() < 200);
        }
        await().until(() -> ingress.registry.get("sluice.http.tails").gauge().value() == 0);
    }
}
