package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.AnswerSink;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The events that answers become. */
class AnswersTest {
    record Invoice(String number, Instant at, Optional<String> note) {}

    private static final WireEvent INPUT = Fixtures.event("in").toBuilder()
            .extension("correlationid", "order-7")
            .extension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .extension("tracestate", "vendor=1")
            .extension("partitionkey", "customer-1")
            .extension("other", "stays behind")
            .build();

    /** Makes events of the answers of a function. */
    private interface Made {
        CloudEvent of(Object answer, CloudEvent input, int n);
    }

    private static Made answers(Class<?> output) {
        var writer = Payload.mapper().writerFor(output);
        var answers = new Answers("fn", "tr", new AnswerPolicy(AnswerSink.NONE, "com.acme.invoice", "/price"));
        return (answer, input, n) -> answers.of(answer, input, Answers.hops(input), n, writer);
    }

    @Test
    void makesAnEventOfDataWithTheTriggersTypeAndSource() {
        var answer = answers(String.class).of("hello", INPUT, 3);

        assertThat(answer.getId()).isEqualTo("in:tr:3");
        assertThat(answer.getType()).isEqualTo("com.acme.invoice");
        assertThat(answer.getSource()).hasToString("/price");
        assertThat(answer.getDataContentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(Fixtures.text(answer)).isEqualTo("hello");
    }

    @Test
    void copiesCorrelationTraceAndKeyAndNamesTheCause() {
        var answer = answers(String.class).of("hello", INPUT, 1);

        assertThat(answer.getExtensionNames())
                .containsExactlyInAnyOrder(
                        "causationid", "correlationid", "traceparent", "tracestate", "partitionkey", "sluicehops");
        assertThat(answer.getExtension("causationid")).isEqualTo("in");
        assertThat(answer.getExtension("correlationid")).isEqualTo("order-7");
        assertThat(answer.getExtension("traceparent")).isEqualTo(INPUT.getExtension("traceparent"));
        assertThat(answer.getExtension("tracestate")).isEqualTo("vendor=1");
        assertThat(answer.getExtension("partitionkey")).isEqualTo("customer-1");
        assertThat(answer.getExtension("sluicehops")).isEqualTo(1);
    }

    @Test
    void writesBytesTreesAndPojosAsWhatTheyAre() throws Exception {
        var bytes = answers(byte[].class).of(new byte[] {1, 2}, INPUT, 1);
        assertThat(bytes.getDataContentType()).isEqualTo("application/octet-stream");
        assertThat(bytes.getData().toBytes()).containsExactly(1, 2);

        var tree = answers(JsonNode.class).of(Payload.mapper().readTree("{\"a\": [1]}"), INPUT, 1);
        assertThat(tree.getDataContentType()).isEqualTo("application/json");
        assertThat(Fixtures.text(tree)).isEqualTo("{\"a\":[1]}");

        var pojo = answers(Invoice.class)
                .of(new Invoice("7", Instant.parse("2026-01-02T03:04:05Z"), Optional.of("paid")), INPUT, 1);
        assertThat(pojo.getDataContentType()).isEqualTo("application/json");
        assertThat(Fixtures.text(pojo))
                .isEqualTo("{\"number\":\"7\",\"at\":\"2026-01-02T03:04:05Z\",\"note\":\"paid\"}");
    }

    @Test
    void leavesAnEventThatTheFunctionMadeAsItIsButForWhatItLacks() {
        var made = WireEvent.builder()
                .id("mine")
                .source("/mine")
                .type("mine")
                .extension("correlationid", "my-own")
                .extension("sluicehops", 0)
                .data("x")
                .build();
        var answer = answers(CloudEvent.class).of(made, INPUT.with("sluicehops", "4"), 1);

        assertThat(answer.getId()).isEqualTo("mine");
        assertThat(answer.getSource()).hasToString("/mine");
        assertThat(answer.getType()).isEqualTo("mine");
        assertThat(answer.getExtension("correlationid")).isEqualTo("my-own");
        assertThat(answer.getExtension("causationid")).isEqualTo("in");
        assertThat(answer.getExtension("partitionkey")).isNull();
        assertThat(answer.getExtension("sluicehops")).isEqualTo(5);
    }

    @Test
    void neverRewritesTheTraceAndCauseOfAnAnswerThatHasItsOwn() {
        var own = WireEvent.builder()
                .id("mine")
                .source("/mine")
                .type("mine")
                .extension("traceparent", "00-11111111111111111111111111111111-2222222222222222-00")
                .extension("causationid", "earlier")
                .build();
        var answer = answers(CloudEvent.class).of(own, INPUT, 1);

        assertThat(answer.getExtension("traceparent")).isEqualTo(own.getExtension("traceparent"));
        assertThat(answer.getExtension("causationid")).isEqualTo("earlier");
        // The input's state says something about another trace.
        assertThat(answer.getExtension("tracestate")).isNull();
    }

    @Test
    void namesTheCauseAndNoCorrelationOrTraceWhenTheInputHasNone() {
        var answer = answers(String.class).of("hello", Fixtures.event("plain"), 1);

        assertThat(answer.getExtensionNames()).containsExactlyInAnyOrder("causationid", "sluicehops");
        assertThat(answer.getExtension("causationid")).isEqualTo("plain");
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "-4, 0", "many, 0", "'', 0", "99999999999, 0"})
    void readsTheHopsOfAnEvent(String written, int hops) {
        assertThat(Answers.hops(INPUT.with("sluicehops", written))).isEqualTo(hops);
    }

    @Test
    void countsNoHopsOfAnEventThatSaysNothing() {
        assertThat(Answers.hops(INPUT)).isZero();
        assertThat(Answers.hops(INPUT.toBuilder().extension("sluicehops", 31).build()))
                .isEqualTo(31);
    }

    /** Refuses to be written. */
    static final class Unwritable {
        public String getName() {
            throw new IllegalStateException("no name");
        }
    }

    @Test
    void refusesAnswersThatMakeNoEvent() {
        assertThatThrownBy(() -> answers(String.class).of(null, INPUT, 1))
                .isInstanceOf(FunctionException.BadAnswer.class)
                .hasMessage("function 'fn' answered null");
        assertThatThrownBy(() -> answers(Unwritable.class).of(new Unwritable(), INPUT, 1))
                .isInstanceOf(FunctionException.BadAnswer.class)
                .hasMessageStartingWith("function 'fn' answered a Unwritable that can't be written as JSON: no name");
    }
}
