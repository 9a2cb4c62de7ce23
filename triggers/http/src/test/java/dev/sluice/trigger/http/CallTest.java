package dev.sluice.trigger.http;

import static dev.sluice.trigger.http.Ingress.binary;
import static dev.sluice.trigger.http.Ingress.structured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTest {
    private static final String BATCH = "application/cloudevents-batch+json";

    private final Ingress ingress = new Ingress(limits -> limits.withAnswers(10, 1_000));
    private final FakeIntake price = ingress.function("price");

    @AfterEach
    void close() {
        ingress.close();
    }

    private static WireEvent answer(String id) {
        return WireEvent.builder()
                .id(id)
                .source("/price")
                .type("com.example.priced")
                .dataContentType("application/json")
                .data("{\"sum\":3}")
                .extension("note", "10 € \"net\"")
                .build();
    }

    @Test
    void answers204WhenTheFunctionGivesNoAnswer() {
        price.answering();

        assertThat(ingress.post("/functions/price", "x", binary("1")).statusCode())
                .isEqualTo(204);
    }

    @Test
    void answersOneEventInBinaryMode() {
        price.answering(answer("r1"));

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"sum\":3}");
        assertThat(answer.headers().firstValue("ce-id")).hasValue("r1");
        assertThat(answer.headers().firstValue("ce-note")).hasValue("10%20%E2%82%AC%20%22net%22");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void answersOneEventInStructuredModeWhenAcceptNamesIt() {
        price.answering(answer("r1"));

        var answer = ingress.post("/functions/price", "x", binary("1", "Accept", "application/cloudevents+json"));

        assertThat(answer.headers().firstValue("content-type")).hasValue("application/cloudevents+json");
        assertThat(answer.body()).contains("\"id\":\"r1\"", "\"data\":{\"sum\":3}");
    }

    @Test
    void answersSeveralEventsAsABatchWhenAcceptNamesIt() {
        price.answering(answer("r1"), answer("r2"));

        var answer = ingress.post("/functions/price", "x", binary("1", "Accept", BATCH));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue(BATCH);
        assertThat(answer.body()).startsWith("[{").contains("\"id\":\"r1\"", "\"id\":\"r2\"");
    }

    @Test
    void answers406ToSeveralEventsThatTheCallerDidNotAskFor() {
        price.answering(answer("r1"), answer("r2"));

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(answer.body()).contains("2 answers", "Accept: application/cloudevents-batch+json");
    }

    @Test
    void answers502WhenTheFunctionGivesMoreAnswersThanACallTakes() {
        price.answering(IntStream.range(0, 11).mapToObj(i -> answer("r" + i)).toArray(WireEvent[]::new));

        var answer = ingress.post("/functions/price", "x", binary("1", "Accept", BATCH));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("at most 10 answers");
    }

    @Test
    void handsOverAStructuredEventWithItsKey() {
        price.answering();

        ingress.post(
                "/functions/price",
                structured("s1").replace("\"id\"", "\"partitionkey\":\"k\",\"id\""),
                "Content-Type",
                "application/cloudevents+json");

        var call = price.calls.get(0);
        assertThat(call.event().getId()).isEqualTo("s1");
        assertThat(call.key()).isEqualTo("k");
        assertThat(call.partition()).isEqualTo(-1);
        assertThat(call.offset()).isEqualTo(-1);
        assertThat(call.patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(call.sizeBytes()).isGreaterThan(structured("s1").length() / 2);
    }

    @Test
    void makesAnEventOfPlainData() {
        price.answering();

        ingress.post("/functions/price", "{\"n\":1}", "Content-Type", "application/json");

        var event = price.calls.get(0).event();
        assertThat(event.getType()).isEqualTo("dev.sluice.http.request");
        assertThat(event.getSource()).hasToString("/functions/price");
        assertThat(event.getId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getData().toBytes()).isEqualTo("{\"n\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void makesAnEventWithoutDataOfAnEmptyRequest() {
        price.answering();

        ingress.request("POST", "/functions/price");

        assertThat(price.calls.get(0).event().getData()).isNull();
    }

    @Test
    void answers415ToABatch() {
        assertThat(ingress.post("/functions/price", "[]", "Content-Type", BATCH).statusCode())
                .isEqualTo(415);
    }

    @Test
    void answersFailuresWithTheirStatus() {
        assertThat(statusOf(new FunctionException.Rejected("no such customer"))).isEqualTo("502");
        assertThat(statusOf(new FunctionException.TimedOut("price", Duration.ofSeconds(5))))
                .isEqualTo("504");
        assertThat(statusOf(new FunctionException.BadInput("price", "not a number", null)))
                .isEqualTo("400");
        assertThat(statusOf(new FunctionException.BadAnswer("price", "answered null")))
                .isEqualTo("502");
        assertThat(statusOf(new FunctionException.Unavailable("price", "is starting", null)))
                .isEqualTo("503 retry 1");
        assertThat(statusOf(new FunctionException.Unavailable("price", "is starting", Duration.ofMillis(2_500))))
                .isEqualTo("503 retry 3");
        assertThat(statusOf(new FunctionException.Retry("later", Duration.ofSeconds(7))))
                .isEqualTo("502 retry 7");
        assertThat(statusOf(new IllegalStateException("secret"))).isEqualTo("502");
    }

    @Test
    void answers400WithTheAttributeToACallThatHasExpired() {
        price.running(call -> call.fail(new FunctionException.Expired("price", Instant.parse("2026-01-31T06:00:00Z"))));

        var answer = ingress.post("/functions/price", "x", binary("1", "ce-expirytime", "2026-01-31T06:00:00Z"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("\"detail\":\"function 'price' was not run: the event expired at 2026-01-31T06:00:00Z\"")
                .contains("\"attribute\":\"expirytime\"", "\"rule\":\"must be in the future\"");
    }

    /** The headers are those of this hop; the extension is that of where the event was made. */
    @Test
    void neverRewritesTheTraceOfAnEventByThatOfItsRequest() {
        var own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var hop = "00-11111111111111111111111111111111-2222222222222222-00";
        price.answering();

        ingress.post(
                "/functions/price", "x", binary("1", "ce-traceparent", own, "traceparent", hop, "tracestate", "h=1"));

        var event = price.calls.get(0).event();
        assertThat(event.getExtension("traceparent")).isEqualTo(own);
        assertThat(event.getExtension("tracestate")).isNull();
    }

    private String statusOf(RuntimeException failure) {
        price.running(call -> call.fail(failure));
        var answer = ingress.post("/functions/price", "x", binary("1"));
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(answer.body()).doesNotContain("secret").doesNotContain("Exception");
        return answer.statusCode()
                + answer.headers()
                        .firstValue("retry-after")
                        .map(s -> " retry " + s)
                        .orElse("");
    }

    @Test
    void answers429WhenTheFunctionsQueueIsFull() {
        price.refusing(new Admission.Refused("64 calls wait already", 2, true));

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("2");
        assertThat(answer.body()).contains("64 calls wait already");
    }

    @Test
    void answers503WhenTheFunctionServesNoCalls() {
        price.refusing(new Admission.Refused("paused", 9, false));

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("9");
    }

    @Test
    void answers503WhenTheCallIsGivenBack() {
        price.running(call -> call.release());

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("5");
    }

    @Test
    void answersOnceWhenACallIsSettledTwice() {
        price.running(call -> {
            call.fail(new FunctionException.Rejected("no"));
            call.accept().subscribe();
            call.release();
        });

        assertThat(ingress.post("/functions/price", "x", binary("1")).statusCode())
                .isEqualTo(502);
        assertThat(ingress.http.inFlight()).isZero();
    }

    @Test
    void cancelsTheRunWhenTheCallerLeaves() {
        try (var caller = ingress.raw()) {
            caller.send("POST /functions/price HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
            await().until(() -> price.calls.size() == 1);
            caller.reset();
            await().until(() -> price.cancelled.get() == 1);
        }
        await().until(() -> ingress.http.inFlight() == 0);
    }

    @Test
    void neverCancelsARunThatHasAnswered() {
        price.answering();
        ingress.post("/functions/price", "x", binary("1"));
        ingress.close();

        assertThat(price.cancelled).hasValue(0);
    }

    @Test
    void answersFromAnotherThread() {
        price.running(call -> new Thread(() -> call.answers()
                        .publish(answer("late"), null)
                        .then(call.accept())
                        .subscribe())
                .start());

        var answer = ingress.post("/functions/price", "x", binary("1"));

        assertThat(answer.headers().firstValue("ce-id")).hasValue("late");
    }
}
