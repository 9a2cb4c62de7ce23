package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.batching;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.EventSource;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.engine.scaling.DemandPolicy;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.function.BatchResult;
import dev.sluice.function.FunctionConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A trigger's own rate and concurrency, in virtual time. */
class TriggerLimitsTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<String> runs = new ArrayList<>();
    private final Map<String, Sinks.One<String>> ends = new HashMap<>();
    /** Runs {@code hold…} until the test ends it, fails {@code bad…} and ends all else at once. */
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        if (text.startsWith("bad")) {
            return Mono.error(new IllegalStateException("no"));
        }
        return text.startsWith("hold")
                ? ends.computeIfAbsent(text, key -> Sinks.one()).asMono()
                : Mono.empty();
    });

    private static TriggerLimits rate(int events, Duration per) {
        return new TriggerLimits(new Rate(events, per), TriggerLimits.UNLIMITED, null);
    }

    private static TriggerLimits concurrency(int tries) {
        return new TriggerLimits(null, tries, null);
    }

    private static TriggerSpec limited(TestDispatcher test, TriggerLimits limits) {
        return limited("tr", test, test.source, limits);
    }

    private static TriggerSpec limited(String name, TestDispatcher test, EventSource source, TriggerLimits limits) {
        return new TriggerSpec(
                name,
                "fn",
                "topic",
                source,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.to(test.answers, "fn"),
                retries(3),
                test.deadLetters,
                1,
                limits);
    }

    private static TriggerSpec limitedCalls(TriggerLimits limits) {
        return new TriggerSpec(
                "calls",
                "fn",
                null,
                null,
                Ordering.NONE,
                EventFilter.PASS,
                AnswerPolicy.none("fn"),
                DeliveryPolicy.DEFAULT,
                null,
                1,
                limits);
    }

    private static void offer(FakeSource source, String prefix, int count) {
        for (var i = 0; i < count; i++) {
            source.offer(prefix + i);
        }
    }

    @Test
    void beginsEvenlyByTheRateAndLosesNoEvent() {
        var test = new TestDispatcher(function(code, 100, TIMEOUT));
        var pipeline = test.attach(limited(test, rate(100, SECOND)));
        offer(test.source, "e", 500);
        test.run();
        assertThat(runs).as("a tenth of a second's worth after a pause").hasSize(10);
        assertThat(pipeline.status().detail()).isEqualTo("held to its rate of 100/s");

        for (var millis = 100; millis <= 4_900; millis += 100) {
            test.advanceMillis(100);
            assertThat(runs.size()).as("after %d ms", millis).isBetween(millis / 10, 10 + millis / 10);
            assertThat(test.loop.timersSet()).isLessThan(5);
        }
        test.advance(SECOND);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(500);
        assertThat(pipeline.status().detail()).isEmpty();
        assertThat(pipeline.throttle().rateNanos.get() / 1e9).isBetween(4.5, 5.0);
    }

    @Test
    void asksForNoMoreThanItsLimitsCanRunSoon() {
        assertThat(demandOf(TriggerLimits.NONE)).isEqualTo(2_000);
        assertThat(demandOf(rate(100, SECOND))).isEqualTo(110);
        assertThat(demandOf(rate(1, Duration.ofHours(1)))).isEqualTo(16);
        assertThat(demandOf(concurrency(50))).isEqualTo(100);
        assertThat(demandOf(concurrency(1))).isEqualTo(16);
    }

    private long demandOf(TriggerLimits limits) {
        var test = new TestDispatcher(function(code, 1_000, TIMEOUT));
        test.attach(limited(test, limits));
        return test.source.demand();
    }

    @Test
    void holdsUpNoOtherTriggerOfTheFunction() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        var other = new FakeSource();
        test.attach(limited(test, rate(1, Duration.ofHours(1))));
        test.attach(limited("other", test, other, TriggerLimits.NONE));
        offer(test.source, "slow", 50);
        offer(other, "quick", 500);
        test.run();

        assertThat(other.count(State.ACCEPTED)).isEqualTo(500);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
        test.advance(Duration.ofHours(3));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(4);
    }

    @Test
    void runsNoMoreTriesAtOnceThanItsConcurrencyAndLeavesTheSlotsToOthers() {
        var test = new TestDispatcher(function(code, 8, TIMEOUT));
        var other = new FakeSource();
        var pipeline = test.attach(limited(test, concurrency(2)));
        test.attach(limited("other", test, other, TriggerLimits.NONE));
        offer(test.source, "hold", 5);
        offer(other, "hold-other", 10);
        test.run();
        assertThat(runs).filteredOn(text -> text.startsWith("hold-other")).hasSize(6);
        assertThat(runs).contains("hold0", "hold1").doesNotContain("hold2");
        for (var i = 0; i < 5; i++) {
            ends.get("hold-other" + i).tryEmitEmpty();
        }
        test.run();
        assertThat(runs).doesNotContain("hold2");
        assertThat(pipeline.status().detail()).isEqualTo("held to its concurrency of 2");

        test.advance(SECOND);
        ends.get("hold0").tryEmitEmpty();
        test.run();
        assertThat(runs).contains("hold2").doesNotContain("hold3");
        assertThat(pipeline.throttle().concurrencyNanos.get()).isEqualTo(SECOND.toNanos());
    }

    @Test
    void countsARunThatIgnoresItsCancelUntilItsSlotIsFree() {
        var begun = new ArrayList<Runnable>();
        var test = new TestDispatcher(function(Fixtures.blocking(text -> text), 4, Duration.ofSeconds(5)), begun::add);
        test.attach(limited(test, concurrency(1)));
        offer(test.source, "e", 2);
        test.run();
        // Handed to a worker that never gets to it: it neither ends nor heeds its cancel.
        test.advance(Duration.ofSeconds(9));
        assertThat(begun).hasSize(1);
        test.advance(Duration.ofSeconds(2));
        assertThat(begun).hasSize(2);
    }

    @Test
    void keepsNoRetryOfAnotherTriggerFromASlotThatItsLimitsWouldNotUse() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        var other = new FakeSource();
        test.attach(limited(test, rate(1, Duration.ofHours(1))));
        test.attach(limited("other", test, other, TriggerLimits.NONE));
        offer(test.source, "slow", 2);
        other.offer("bad");
        other.offer("bad");
        test.run();
        other.offer("hold");
        test.run();
        test.advanceMillis(15);
        ends.get("hold").tryEmitEmpty();
        test.run();

        assertThat(runs)
                .filteredOn("bad"::equals)
                .as("one retry without the budget, one by it")
                .hasSize(4);
    }

    @Test
    void takesOneOfTheRateForEachEventOfABatch() {
        var sizes = new ArrayList<Integer>();
        var batches = batching(texts -> {
            sizes.add(texts.size());
            return BatchResult.DONE;
        });
        var policy = new BatchPolicy(50, Duration.ofMillis(1));
        var test = new TestDispatcher(function("fn", batches, 4, TIMEOUT, policy));
        test.attach(limited(test, rate(10, SECOND)));
        offer(test.source, "e", 150);
        test.advanceMillis(10);
        assertThat(sizes).containsExactly(50);
        test.advance(Duration.ofMillis(4_800));
        assertThat(sizes).containsExactly(50);
        test.advance(Duration.ofMillis(5_200));
        assertThat(sizes).containsExactly(50, 50, 50);
    }

    @Test
    void refusesCallsBeyondASecondOfTheRateWithTheTimeOfTheNextTurn() {
        var test = new TestDispatcher(function(code, 100, TIMEOUT));
        var pipeline = test.attach(limitedCalls(rate(10, SECOND)));
        var admitted = 0;
        Admission.Refused refusal = null;
        for (var i = 0; i < 100; i++) {
            var admission = test.dispatcher.submit(pipeline, new FakeCall("call" + i));
            if (admission instanceof Admission.Refused refused) {
                refusal = refused;
            } else {
                admitted++;
            }
        }
        test.run();

        assertThat(admitted).isEqualTo(11);
        assertThat(refusal).isEqualTo(new Admission.Refused("trigger 'calls' takes 10/s calls, its rate", 1, true));
        assertThat(runs).hasSize(1);
        test.advance(Duration.ofMillis(1_000));
        assertThat(runs).hasSize(11);
        assertThat(pipeline.counts.callsOverRate.sum()).isEqualTo(89);
    }

    @Test
    void leavesTheEntranceOpenForCallsOfOtherTriggersWhenTheConcurrencyHoldsMany() {
        var test = new TestDispatcher(function(code, 4, TIMEOUT));
        var limited = test.attach(limitedCalls(concurrency(1)));
        var free = test.attach(limitedCalls(TriggerLimits.NONE));
        Admission last = null;
        for (var i = 0; i < 66; i++) {
            last = test.dispatcher.submit(limited, new FakeCall("hold" + i));
        }
        assertThat(last).isEqualTo(new Admission.Refused("trigger 'calls' has 64 calls waiting, its limit", 1, true));

        var call = new FakeCall("next");
        assertThat(test.dispatcher.submit(free, call)).isInstanceOf(Admission.Admitted.class);
        test.run();
        assertThat(call.accepted()).isTrue();
    }

    @Test
    void hasCallsWaitForAnEndOfTheConcurrencyAsForASlot() {
        var test = new TestDispatcher(function(code, 100, TIMEOUT));
        var pipeline = test.attach(limitedCalls(concurrency(1)));
        var calls = List.of(new FakeCall("hold"), new FakeCall("next"));
        calls.forEach(call -> test.dispatcher.submit(pipeline, call));
        test.run();
        assertThat(calls).extracting(FakeCall::settled).containsExactly(false, false);
        assertThat(test.dispatcher.callsWaiting()).isEqualTo(1);
        ends.get("hold").tryEmitEmpty();
        test.run();
        assertThat(calls).extracting(FakeCall::accepted).containsExactly(true, true);
    }

    @Test
    void startsNoInstanceForWhatTheRateHoldsBack() {
        var slow = reactive(text -> {
            runs.add(text);
            return Mono.never();
        });
        assertThat(instancesAfterASecond(slow, TriggerLimits.NONE)).isEqualTo(16);
        assertThat(instancesAfterASecond(slow, concurrency(3))).isLessThanOrEqualTo(3);
        assertThat(instancesAfterASecond(slow, rate(2, SECOND))).isLessThanOrEqualTo(4);
    }

    private int instancesAfterASecond(FunctionCode slow, TriggerLimits limits) {
        var scaling = new ScaleLimits(0, 16, 1, Duration.ofSeconds(10), SECOND, 0, Duration.ofSeconds(30));
        var test = new TestDispatcher(new FunctionSpec(
                "fn",
                slow,
                1,
                1,
                Duration.ofSeconds(30),
                BatchPolicy.DEFAULT,
                FunctionConfig.EMPTY,
                new Scaling(new DemandPolicy(), scaling)));
        test.attach(limited(test, limits));
        offer(test.source, "e", 500);
        test.advance(SECOND);
        assertThat(test.dispatcher.sizing().decisions().get(0).decision().words())
                .satisfies(words -> assertThat(words.contains("held back by the rate or the concurrency"))
                        .isEqualTo(limits.throttles()));
        return test.status().instancesWanted();
    }
}
