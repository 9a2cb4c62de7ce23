package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.calls;
import static dev.sluice.engine.Fixtures.filter;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What extensions of an event do to its way, in virtual time; it is {@link TestDispatcher#NOW}. */
class ExtensionsTest {
    private static final String NOW = TestDispatcher.NOW.toString();
    private static final String LATER = TestDispatcher.NOW.plusMillis(1).toString();
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final List<String> runs = new ArrayList<>();
    private final TestDispatcher test = new TestDispatcher(function(
            reactive(text -> {
                runs.add(text);
                return text.equals("bad") ? Mono.error(new IllegalStateException("no")) : Flux.just(text);
            }),
            4,
            Duration.ofSeconds(10)));

    private static WireEvent expiring(String id, String at) {
        return Fixtures.event(id).with("expirytime", at);
    }

    @Test
    void putsAnExpiredEventAsideWithoutARun() {
        var pipeline = test.attach(retries(5));
        var event = test.source.offer(expiring("late", NOW).with("traceparent", TRACE), null, 0);
        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(runs).isEmpty();
        var letter = test.deadLetters.only();
        assertThat(letter.getId()).isEqualTo("late");
        assertThat(letter.getExtension("dlreason")).isEqualTo("expired");
        assertThat(letter.getExtension("dlattempts")).isEqualTo(0);
        assertThat(letter.getExtension("dlerror"))
                .isEqualTo("Expired: function 'fn' was not run: the event expired at " + NOW);
        assertThat(letter.getExtension("expirytime")).isEqualTo(NOW);
        assertThat(letter.getExtension("traceparent")).isEqualTo(TRACE);
        assertThat(pipeline.status().expired()).isEqualTo(1);
        assertThat(pipeline.status().deadLettered()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2999-01-01T00:00:00Z", "tomorrow", "2026-01-02T03:04Z", "2026-01-02T03:04:05.679Z"})
    void runsAnEventThatIsInTimeOrDoesNotSayWhenItExpires(String expiry) {
        test.attach(retries(0));
        var event = test.source.offer(expiring("in", expiry), null, 0);
        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(runs).containsExactly("in");
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void putsAnExpiredEventAsideInItsTurn() {
        test.attach(retries(1, Duration.ofSeconds(5)));
        test.source.offer("bad", "key");
        var late = test.source.offer(expiring("late", NOW), "key", 0);
        test.run();
        assertThat(late.accepted()).isFalse();

        test.advance(Duration.ofSeconds(5));
        assertThat(late.accepted()).isTrue();
        assertThat(test.deadLetters.ids()).containsExactly("bad", "late");
    }

    /** Or whoever reads a dead-letter topic would never see what has expired. */
    @Test
    void runsAFunctionOnTheDeadLetterOfAnExpiredEvent() {
        test.attach(retries(0));
        var letter = test.source.offer(expiring("late", NOW).with("dlreason", "expired"), null, 0);
        test.run();

        assertThat(letter.accepted()).isTrue();
        assertThat(runs).containsExactly("late");
    }

    @Test
    void refusesACallThatHasExpired() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var late = new FakeCall(expiring("late", NOW), Duration.ofSeconds(1));
        var inTime = new FakeCall(expiring("in", LATER), Duration.ofSeconds(1));
        test.dispatcher.submit(pipeline, late);
        test.dispatcher.submit(pipeline, inTime);
        test.run();

        assertThat(late.failure())
                .isInstanceOf(FunctionException.Expired.class)
                .hasMessage("function 'fn' was not run: the event expired at " + NOW);
        assertThat(inTime.accepted()).isTrue();
        assertThat(runs).containsExactly("in");
        assertThat(pipeline.counts.expired.get()).isEqualTo(1);
        assertThat(test.dispatcher.callsWaiting()).isZero();
        assertThat(test.shared.heldBytes()).isZero();
    }

    @Test
    void settlesACallThatNoFilterWantsAlthoughItHasExpired() {
        var pipeline = test.attach(calls(filter(event -> false)));
        var call = new FakeCall(expiring("late", NOW), Duration.ofSeconds(1));
        test.dispatcher.submit(pipeline, call);
        test.run();

        assertThat(call.accepted()).isTrue();
        assertThat(pipeline.counts.expired.get()).isZero();
    }

    @Test
    void weighsReceivedEventsByTheirSampledRate() {
        var registry = new SimpleMeterRegistry();
        var pipeline = test.attach(retries(0));
        TriggerMeters.bind(registry, pipeline);
        test.source.offer("plain");
        test.source.offer(
                Fixtures.event("ten").toBuilder().extension("sampledrate", 10).build(), null, 0);
        test.source.offer(Fixtures.event("text").with("sampledrate", "5"), null, 0);
        test.source.offer(Fixtures.event("wrong").with("sampledrate", "0"), null, 0);
        test.run();

        assertThat(registry.get("sluice.trigger.received").functionCounter().count())
                .isEqualTo(4);
        assertThat(registry.get("sluice.trigger.received.weighted")
                        .functionCounter()
                        .count())
                .isEqualTo(17);
        assertThat(runs).hasSize(4);
    }
}
