package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionConfig;
import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations can't be wrong, and say all that is wrong with them at once. */
class SpecsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final FunctionCode CODE = Fixtures.blocking(text -> text);

    private static ThrowingCallable function(String name, int instances, int concurrency, Duration timeout) {
        return () -> new FunctionSpec(
                name, CODE, instances, concurrency, timeout, BatchPolicy.DEFAULT, FunctionConfig.EMPTY);
    }

    private static ThrowingCallable delivery(int retry, Duration timeout, Duration maxAge) {
        return () -> new DeliveryPolicy(retry, Backoff.DEFAULT, timeout, maxAge, DeliveryPolicy.DeadLetterFailure.PARK);
    }

    private static ThrowingCallable engine(int loops, long held, int events, long bytes, int zombies) {
        return () -> new EngineOptions(loops, held, events, bytes, zombies, error -> {});
    }

    private static ThrowingCallable trigger(String name, String topic, int share) {
        return () -> new TriggerSpec(
                name,
                "fn",
                topic,
                null,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.none("fn"),
                DeliveryPolicy.DEFAULT,
                null,
                share);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        function("Price!", 0, 10_001, Duration.ZERO),
                        "function 'Price!'.name is Price!: it must be a DNS label: a-z, 0-9 and -, up to 63; function"
                                + " 'Price!'.instances is 0: it must be between 1 and 1000, or 0 when scaled; function"
                                + " 'Price!'.concurrency is 10001: it must be between 1 and 10000; function"
                                + " 'Price!'.timeout is PT0S: it must be positive"),
                Arguments.of(
                        function("a".repeat(64), 1, 1, Duration.ofDays(2)),
                        "function '" + "a".repeat(64) + "'.name is " + "a".repeat(64)
                                + ": it must be a DNS label: a-z, 0-9 and -, up to 63; function '" + "a".repeat(64)
                                + "'.timeout is PT48H: it must be at most a day"),
                Arguments.of(
                        delivery(-1, SECOND.negated(), Duration.ZERO),
                        "delivery.retry is -1: it must be between 0 and 1000; delivery.timeout is PT-1S: it must be"
                                + " positive; delivery.max-age is PT0S: it must be positive"),
                Arguments.of(
                        (ThrowingCallable) () -> new Backoff(Backoff.Policy.LINEAR, SECOND, Duration.ZERO),
                        "backoff.max is PT0S: it must reach the delay"),
                Arguments.of(
                        (ThrowingCallable) () -> new Backoff(Backoff.Policy.LINEAR, SECOND.negated(), SECOND),
                        "backoff.delay is PT-1S: it must not be negative"),
                Arguments.of(
                        (ThrowingCallable) () -> new BatchPolicy(0, Duration.ofMinutes(6)),
                        "batch.size is 0: it must be between 1 and 10000; batch.within is PT6M: it must be at most 5"
                                + " minutes"),
                Arguments.of(
                        trigger(" ", "orders", 0),
                        "trigger ' '.name is  : it must not be blank; trigger ' '.share is 0: it must be between 1 and"
                                + " 1000; trigger ' '.source is null: it must come together with a topic; trigger"
                                + " ' '.dead-letter is null: it must come together with a topic"),
                Arguments.of(
                        engine(0, 1, 0, 0, 0),
                        "engine.event-loops is 0: it must be between 1 and 256; engine.held-bytes-max is 1: it must be"
                                + " at least 1 MiB; engine.blocked-events-max is 0: it must be positive;"
                                + " engine.blocked-bytes-max is 0: it must be positive; engine.zombies-max is 0: it"
                                + " must be positive"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void tellsEveryMistakeWithNameValueAndRule(ThrowingCallable making, String message) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void takesTheLimitsThemselves() {
        assertThat(new FunctionSpec(
                                "a".repeat(63),
                                CODE,
                                1_000,
                                10_000,
                                Duration.ofDays(1),
                                new BatchPolicy(10_000, Duration.ofMinutes(5)),
                                FunctionConfig.EMPTY)
                        .name())
                .hasSize(63);
        assertThat(EngineOptions.defaults().zombiesMax()).isEqualTo(32);
    }

    @Test
    void refusesATriggerTwiceAndOneWithoutItsFunction() {
        try (var test = new TestEngine(Fixtures.function(CODE, 1, SECOND), Fixtures.retries(0))) {
            var again = Fixtures.trigger(test.source, test.answers, Fixtures.retries(0), test.deadLetters);
            assertThatThrownBy(() -> test.engine.attach(again))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("trigger 'tr' is attached already");
            assertThatThrownBy(() -> test.engine.deploy(Fixtures.function(CODE, 1, SECOND)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("function 'fn' is deployed already");
            assertThatThrownBy(() -> test.engine.triggerIntake("tr"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("trigger 'tr' takes no calls");
            assertThat(test.engine.functionIntake("gone")).isNull();
        }
    }
}
