package dev.sluice.trigger.http;

import static dev.sluice.trigger.http.Ingress.binary;
import static dev.sluice.trigger.http.Ingress.structured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.BrokerException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class PublishTest {
    private final Ingress ingress = new Ingress();
    private final FakeSink orders = ingress.topic("orders");

    @AfterEach
    void close() {
        ingress.close();
    }

    @Test
    void answers202WithoutBodyOnceABinaryEventIsStored() {
        var answer = ingress.post("/topics/orders", "{\"n\":1}", binary("a1", "Content-Type", "application/json"));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("content-length")).hasValue("0");
        var event = orders.events.get(0);
        assertThat(event.getId()).isEqualTo("a1");
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getData().toBytes()).isEqualTo("{\"n\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void storesAnEventWithoutDataWhenTheBodyIsEmpty() {
        var answer = ingress.request("POST", "/topics/orders", binary("a1"));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(orders.events.get(0).getData()).isNull();
    }

    @Test
    void storesAStructuredEvent() {
        var answer = ingress.post(
                "/topics/orders", structured("s1"), "Content-Type", "Application/CloudEvents+JSON; charset=utf-8");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(orders.ids()).containsExactly("s1");
    }

    @Test
    void storesABatchInItsOrder() {
        var answer = ingress.post(
                "/topics/orders",
                "[" + structured("1") + "," + structured("2") + "," + structured("3") + "]",
                "Content-Type",
                "application/cloudevents-batch+json");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(orders.ids()).containsExactly("1", "2", "3");
    }

    @Test
    void answers202ToAnEmptyBatch() {
        var answer = ingress.post("/topics/orders", "[]", "Content-Type", "application/cloudevents-batch+json");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(orders.events).isEmpty();
    }

    @Test
    void storesNothingOfABatchWithOneBadEventAndNamesItsIndex() {
        var answer = ingress.post(
                "/topics/orders",
                "[" + structured("1") + ",{\"specversion\":\"1.0\",\"id\":\"2\",\"type\":\"t\"}]",
                "Content-Type",
                "application/cloudevents-batch+json");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("event 1: ").contains("\"attribute\":\"source\"");
        assertThat(orders.events).isEmpty();
    }

    @Test
    void answers207WithAStatusPerEventWhenTheBrokerRefusesSome() {
        orders.answering(event -> event.getId().equals("2")
                ? Mono.error(new BrokerException.Full("orders", "10 \"events\""))
                : Mono.empty());

        var answer = ingress.post(
                "/topics/orders",
                "[" + structured("1") + "," + structured("2") + "," + structured("3") + "]",
                "Content-Type",
                "application/cloudevents-batch+json");

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body())
                .isEqualTo("[{\"id\":\"1\",\"status\":202},{\"id\":\"2\",\"status\":429,"
                        + "\"error\":\"topic 'orders' is full: 10 \\\"events\\\"\"},{\"id\":\"3\",\"status\":202}]");
    }

    @Test
    void answersTheRefusalItselfWhenTheBrokerRefusesAllOfABatch() {
        orders.answering(event -> Mono.error(new BrokerException.Full("orders", "10 events")));

        var answer = ingress.post(
                "/topics/orders",
                "[" + structured("1") + "," + structured("2") + "]",
                "Content-Type",
                "application/cloudevents-batch+json");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
    }

    @Test
    void holdsTheAnswerBackUntilTheBrokerHasTheEvent() {
        var stored = Sinks.<Void>empty();
        orders.answering(event -> stored.asMono());

        var answer = CompletableFuture.supplyAsync(() -> ingress.post("/topics/orders", "x", binary("a1")));
        await().until(() -> orders.events.size() == 1);
        assertThat(answer).isNotDone();
        stored.tryEmitEmpty();

        assertThat(answer.join().statusCode()).isEqualTo(202);
    }

    @Test
    void namesAttributeAndRuleOfABadEvent() {
        var answer = ingress.post(
                "/topics/orders", "x", "ce-specversion", "1.0", "ce-source", "/s", "ce-type", "t", "ce-id", "");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(answer.body())
                .contains("\"title\":\"Bad Request\"", "\"status\":400", "\"attribute\":\"id\"", "\"rule\":\"must ");
        assertThat(orders.events).isEmpty();
    }

    @Test
    void answers415ToAFormatOfEventsThatIsNotJson() {
        var answer = ingress.post("/topics/orders", "<event/>", "Content-Type", "application/cloudevents+xml");

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("application/cloudevents+json");
    }

    @Test
    void answersBrokerFailuresWithTheirStatus() {
        assertThat(statusOf(new BrokerException.Full("orders", "full"))).isEqualTo("429 retry 1");
        assertThat(statusOf(new BrokerException.TooLarge("orders", 9, 8))).isEqualTo("413");
        assertThat(statusOf(new BrokerException.Unavailable("default", "down", null)))
                .isEqualTo("503 retry 5");
        assertThat(statusOf(new BrokerException.Refused("default", "not authorised", null)))
                .isEqualTo("502");
        assertThat(statusOf(new IllegalStateException("secret"))).isEqualTo("500");
    }

    private String statusOf(RuntimeException failure) {
        orders.answering(event -> Mono.error(failure));
        var answer = ingress.post("/topics/orders", "x", binary("a1"));
        assertThat(answer.body()).doesNotContain("secret");
        return answer.statusCode()
                + answer.headers()
                        .firstValue("retry-after")
                        .map(s -> " retry " + s)
                        .orElse("");
    }

    @Test
    void keepsTheConnectionAfterABodyThatIsTooLarge() {
        var large = new byte[(1 << 20) + 1];

        var answer = ingress.post("/topics/orders", large, binary("a1"));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("connection")).isEmpty();
        assertThat(orders.events).isEmpty();
    }

    @Test
    void takesABodyOfJustTheLimitInManyChunks() {
        var chunk = new byte[1 << 16];
        var chunks = List.of(chunk, chunk, chunk);
        var request = java.net.http.HttpRequest.newBuilder(ingress.uri("/topics/orders"))
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArrays(chunks));

        var answer = ingress.send(request, binary("a1"));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(orders.events.get(0).getData().toBytes()).hasSize(3 << 16);
    }
}
