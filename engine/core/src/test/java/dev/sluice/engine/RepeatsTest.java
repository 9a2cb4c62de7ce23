package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.batching;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.BatchResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Events that a trigger has had already, in virtual time. */
class RepeatsTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private final List<String> runs = new ArrayList<>();
    private final Map<String, Sinks.One<String>> ends = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return Mono.error(new IllegalStateException("no"));
        }
        return text.startsWith("hold")
                ? ends.computeIfAbsent(text, key -> Sinks.one()).asMono()
                : Mono.empty();
    });

    private final TestDispatcher test = new TestDispatcher(function(code, 8, TIMEOUT));

    private static RepeatPolicy sourceAndId() {
        return new RepeatPolicy(WINDOW, RepeatPolicy.SOURCE_AND_ID, 1_000, 1 << 20);
    }

    private static TriggerSpec trigger(TestDispatcher test, RepeatPolicy policy, int retry) {
        return new TriggerSpec(
                "tr",
                "fn",
                "topic",
                test.source,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.to(test.answers, "fn"),
                retries(retry),
                test.deadLetters,
                1,
                new TriggerLimits(null, TriggerLimits.UNLIMITED, policy));
    }

    private Pipeline attach(RepeatPolicy policy, int retry) {
        return test.attach(trigger(test, policy, retry));
    }

    @Test
    void runsARepeatOfADoneEventNotAgainUntilTheWindowIsOver() {
        var pipeline = attach(sourceAndId(), 0);
        test.source.offer("one");
        test.run();
        var repeat = test.source.offer("one");
        test.source.offer("two");
        test.run();

        assertThat(repeat.accepted()).isTrue();
        assertThat(runs).containsExactly("one", "two");
        assertThat(pipeline.status().repeated()).isEqualTo(1);
        assertThat(pipeline.repeats().entries()).isEqualTo(2);

        test.advance(WINDOW);
        test.source.offer("one");
        test.run();
        assertThat(runs).containsExactly("one", "two", "one");
        assertThat(pipeline.repeats().entries()).isEqualTo(1);
    }

    @Test
    void acceptsNoRepeatBeforeTheFirstIsDone() {
        attach(sourceAndId(), 0);
        test.source.offer("hold", "key");
        var repeat = test.source.offer("hold", "another key");
        var later = test.source.offer("later", "another key");
        test.advance(Duration.ofMinutes(1));
        assertThat(runs).containsExactly("hold");
        assertThat(repeat.state()).isEqualTo(State.LENT);
        assertThat(later.state()).as("it waits behind its key").isEqualTo(State.LENT);

        ends.get("hold").tryEmitEmpty();
        test.run();
        assertThat(runs).containsExactly("hold", "later");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void acceptsNoRepeatWhileTheFirstIsNotOffItsSource() {
        attach(sourceAndId(), 0);
        var first = test.source.offer("one");
        first.acceptFailures.set(1);
        var repeat = test.source.offer("one");
        test.run();
        assertThat(repeat.accepted()).isFalse();
        test.advance(Duration.ofSeconds(1));
        assertThat(first.accepted()).isTrue();
        assertThat(repeat.accepted()).isTrue();
        assertThat(runs).containsExactly("one");
    }

    @Test
    void runsARepeatWhenTheFirstBecameADeadLetter() {
        var pipeline = attach(sourceAndId(), 0);
        failures.set(1);
        test.source.offer("one");
        test.source.offer("one");
        test.run();
        assertThat(test.deadLetters.ids()).containsExactly("one");
        assertThat(runs).as("the repeat waited, and then was the first").containsExactly("one", "one");

        test.source.offer("one");
        test.run();
        assertThat(runs).hasSize(2);
        assertThat(pipeline.repeats().repeated.get()).isEqualTo(1);
    }

    @Test
    void keepsARepeatWaitingThroughTheRetriesOfTheFirst() {
        attach(sourceAndId(), 3);
        failures.set(2);
        test.source.offer("one", "a");
        var repeat = test.source.offer("one", "b");
        test.run();
        assertThat(runs).containsExactly("one");
        assertThat(repeat.accepted()).isFalse();
        test.advance(Duration.ofSeconds(1));
        assertThat(runs).containsExactly("one", "one", "one");
        assertThat(repeat.accepted()).isTrue();
    }

    @Test
    void runsARepeatWhenTheFirstWasGivenBack() {
        attach(sourceAndId(), 3);
        failures.set(1);
        test.source.offer("one", "a", 1);
        test.source.offer("one", "b", 2);
        test.run();
        assertThat(runs).hasSize(1);
        test.source.revoke(1, () -> {});
        test.run();
        assertThat(test.source.count(State.RELEASED)).isEqualTo(1);
        assertThat(runs).hasSize(2);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void leavesNothingBehindWhenARepeatIsGivenBackWhileItWaits() {
        attach(sourceAndId(), 0);
        test.source.offer("hold", "a", 1);
        var repeat = test.source.offer("hold", "b", 2);
        test.run();
        test.source.revoke(2, () -> {});
        test.run();
        assertThat(repeat.state()).isEqualTo(State.RELEASED);
        ends.get("hold").tryEmitEmpty();
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(test.status().runnable()).isZero();
    }

    @Test
    void forgetsTheOldestBeyondItsLimitsAndCountsThem() {
        var pipeline = attach(new RepeatPolicy(WINDOW, List.of("id"), 2, 1 << 20), 0);
        List.of("a", "b", "c").forEach(test.source::offer);
        test.run();
        assertThat(pipeline.repeats().entries()).isEqualTo(2);
        assertThat(pipeline.repeats().forgotten.get()).isEqualTo(1);
        List.of("c", "a").forEach(test.source::offer);
        test.run();
        assertThat(runs).as("a was forgotten").containsExactly("a", "b", "c", "a");
    }

    @Test
    void keepsItsMemoryWithinTheLimitOfBytes() {
        var pipeline = attach(new RepeatPolicy(WINDOW, List.of("id"), 1_000, 4_096), 0);
        for (var i = 0; i < 100; i++) {
            test.source.offer(i + "x".repeat(400));
        }
        test.run();
        assertThat(pipeline.repeats().bytes()).isBetween(2_000L, 4_096L);
        assertThat(pipeline.repeats().entries()).isEqualTo(4);
        assertThat(pipeline.repeats().forgotten.get()).isEqualTo(96);
    }

    @Test
    void tellsEventsApartByTheAttributesOfItsKeyOnly() {
        attach(new RepeatPolicy(WINDOW, List.of("type", "order"), 1_000, 1 << 20), 0);
        test.source.offer(with("a", "order", "1"), null, 0);
        test.source.offer(with("b", "order", "1"), null, 0);
        test.source.offer(with("c", "order", "2"), null, 0);
        test.source.offer("none");
        test.source.offer("none as well");
        test.run();
        assertThat(runs).containsExactly("a", "c", "none");
    }

    private static WireEvent with(String id, String extension, String value) {
        return WireEvent.builder(Fixtures.event(id)).extension(extension, value).build();
    }

    @Test
    void runsAnEventOnceThatIsTwiceInABatch() {
        var batches = new ArrayList<List<String>>();
        var batching = batching(texts -> {
            batches.add(List.copyOf(texts));
            return BatchResult.DONE;
        });
        var policy = new BatchPolicy(10, Duration.ofMillis(1));
        var gathered = new TestDispatcher(function("fn", batching, 1, TIMEOUT, policy));
        gathered.attach(trigger(gathered, sourceAndId(), 0));
        gathered.source.offer("one", "a");
        gathered.source.offer("one", "b");
        gathered.source.offer("two", "b");
        gathered.source.offer("one", "a");
        gathered.advance(Duration.ofSeconds(1));

        assertThat(batches.stream().flatMap(List::stream)).containsExactlyInAnyOrder("one", "two");
        assertThat(gathered.source.count(State.ACCEPTED)).isEqualTo(4);
    }
}
