package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.trigger;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.engine.FakeSource.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What the dispatcher asks for, holds back and gives back, in virtual time. */
class BackpressureTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final List<String> runs = new ArrayList<>();
    private final Map<String, Sinks.One<String>> ends = new HashMap<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    /** Runs until the test ends the run, but for {@code bad…}, which fails, and {@code quick…}, which ends. */
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        if (text.startsWith("bad")) {
            return Mono.error(new IllegalStateException("no"));
        }
        if (text.startsWith("quick")) {
            return Mono.empty();
        }
        return ends.computeIfAbsent(text, key -> Sinks.one()).asMono().doOnCancel(cancelled::incrementAndGet);
    });

    private void end(String text) {
        ends.get(text).tryEmitEmpty();
    }

    private TestDispatcher withBlockedMax(int blockedEventsMax) {
        return new TestDispatcher(
                function(code, 4, TIMEOUT), Runnable::run, TestDispatcher.options(blockedEventsMax, 32L << 20, 32));
    }

    @Test
    void neverRequestsMoreThanTheLimitOfRunnableEvents() {
        var test = new TestDispatcher(function(code, 4, TIMEOUT));
        test.attach(retries(0));
        assertThat(test.source.demand()).isEqualTo(64);
        for (var i = 0; i < 500; i++) {
            test.source.offer("e" + i);
        }
        test.run();

        // 64 that wait for a slot, or are asked for, and 4 that run.
        assertThat(test.source.count(State.LENT) + test.source.demand()).isLessThanOrEqualTo(68);
        end("e0");
        test.run();
        assertThat(test.source.count(State.LENT) + test.source.demand()).isLessThanOrEqualTo(68);
    }

    @Test
    void asksALargeFunctionsEventsByItsCapacity() {
        var test = new TestDispatcher(function(code, 100, TIMEOUT));
        test.attach(retries(0));

        assertThat(test.source.demand()).isEqualTo(200);
    }

    @Test
    void pausesOnlyThePartitionThatBringsBlockedEventsAndResumesAtHalf() {
        var test = withBlockedMax(10);
        var pipeline = test.attach(retries(0));
        for (var i = 0; i < 30; i++) {
            test.source.offer("slow" + i, "slow", 1);
        }
        var quick = test.source.offer("quick", "other", 0);
        test.run();

        assertThat(test.source.paused()).containsExactly(1);
        assertThat(quick.accepted()).isTrue();
        assertThat(pipeline.status().detail())
                .isEqualTo("partition 1 is paused: 29 events of 2900 bytes wait behind their key or for a retry");
        var heldBack = test.source.offer("slow30", "slow", 1);
        test.run();
        for (var i = 0; i < 24; i++) {
            assertThat(heldBack.state()).isEqualTo(State.OFFERED);
            assertThat(pipeline.status().blocked()).isGreaterThanOrEqualTo(5);
            end("slow" + i);
            test.run();
        }
        end("slow24");
        test.run();
        assertThat(test.source.paused()).isEmpty();
        assertThat(heldBack.state()).isEqualTo(State.LENT);
        assertThat(pipeline.counts.pauses.get()).isEqualTo(1);
    }

    @Test
    void pausesAPartitionWhoseEventsWithoutKeysAllWaitForTheirRetry() {
        var test = withBlockedMax(10);
        var pipeline = test.attach(retries(5, Duration.ofSeconds(10)));
        for (var i = 0; i < 2_000; i++) {
            test.source.offer("bad" + i);
            test.run();
        }

        assertThat(test.source.paused()).containsExactly(0);
        assertThat(pipeline.status().waiting()).isLessThanOrEqualTo(10 + 64);
        test.advance(Duration.ofHours(3));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(2_000);
        assertThat(test.source.paused()).isEmpty();
    }

    @Test
    void asksForNothingWhileTheEngineHoldsAllTheBytesItMay() {
        var test = new TestDispatcher(
                function(code, 4, TIMEOUT), Runnable::run, TestDispatcher.options(10_000, 1L << 20, 32));
        test.source.sizeBytes(64 << 10);
        test.attach(retries(0));
        for (var i = 0; i < 200; i++) {
            test.source.offer("e" + i);
        }
        test.run();
        var held = test.shared.heldBytes();
        // What was asked for before the first came, and no more.
        assertThat(held).isLessThanOrEqualTo(64L * (64 << 10));
        for (var i = 0; i < 40; i++) {
            end("e" + i);
            test.run();
        }
        assertThat(test.source.count(State.LENT)).isEqualTo(24);
        assertThat(test.source.demand()).isZero();

        for (var i = 40; i < 52; i++) {
            end("e" + i);
            test.run();
        }
        test.advanceMillis(50);
        assertThat(test.source.count(State.LENT)).isGreaterThan(12);
        for (var i = 52; i < 200; i++) {
            end("e" + i);
            test.advanceMillis(50);
        }
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(200);
        assertThat(test.shared.heldBytes()).isZero();
    }

    @Test
    void sharesTheSlotsByWeightAndStarvesNobody() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        var heavy = new FakeSource();
        var light = new FakeSource();
        test.attach(trigger("heavy", heavy, Ordering.KEY, test.answers, retries(0), test.deadLetters, 3));
        test.attach(trigger("light", light, Ordering.KEY, test.answers, retries(0), test.deadLetters, 1));
        for (var i = 0; i < 200; i++) {
            heavy.offer("h" + i);
            light.offer("l" + i);
        }
        test.run();
        for (var i = 0; i < 80; i++) {
            end(runs.get(runs.size() - 1));
            test.run();
        }

        assertThat(runs.stream().filter(text -> text.startsWith("h")).count()).isBetween(58L, 63L);
        assertThat(runs.stream().filter(text -> text.startsWith("l")).count()).isBetween(18L, 23L);
    }

    @Test
    void givesQueuedEventsOfARevokedPartitionBackAtOnceAndAwaitsTheRunningOnes() {
        var test = new TestDispatcher(function(code, 2, TIMEOUT));
        test.attach(retries(0));
        var done = new AtomicInteger();
        var running = test.source.offer("running", "a", 1);
        var queued = test.source.offer("queued", "a", 1);
        var elsewhere = test.source.offer("elsewhere", "b", 0);
        test.run();
        test.source.revoke(1, done::incrementAndGet);
        test.run();

        assertThat(queued.state()).isEqualTo(State.RELEASED);
        assertThat(running.state()).isEqualTo(State.LENT);
        assertThat(done).hasValue(0);
        test.advanceMillis(3_000);
        end("running");
        test.run();
        assertThat(running.accepted()).isTrue();
        assertThat(done).hasValue(1);
        assertThat(elsewhere.state()).isEqualTo(State.LENT);
        assertThat(cancelled).hasValue(0);
    }

    @Test
    void cancelsAndReleasesWhatRunsOnBeyondTheSourcesLimitOnARevokedPartition() {
        var test = new TestDispatcher(function(code, 2, TIMEOUT));
        test.attach(retries(5));
        var done = new AtomicInteger();
        var running = test.source.offer("running", "a", 1);
        test.run();
        test.source.revoke(1, Duration.ofMillis(1_500), done::incrementAndGet);
        test.advanceMillis(1_499);
        assertThat(running.state()).isEqualTo(State.LENT);
        assertThat(done).hasValue(0);

        test.advanceMillis(1);
        assertThat(running.state()).isEqualTo(State.RELEASED);
        assertThat(done).hasValue(1);
        assertThat(cancelled).hasValue(1);
        assertThat(test.status().leased()).isZero();
        test.advance(Duration.ofMinutes(1));
        assertThat(runs).containsExactly("running");
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void givesWaitingEventsOfARevokedPartitionBackAtOnce() {
        var test = new TestDispatcher(function(code, 2, TIMEOUT));
        test.attach(retries(5, Duration.ofSeconds(30)));
        var done = new AtomicInteger();
        var waiting = test.source.offer("bad", "a", 1);
        test.run();
        test.source.revoke(1, done::incrementAndGet);
        test.run();

        assertThat(waiting.state()).isEqualTo(State.RELEASED);
        assertThat(done).hasValue(1);
        test.advance(Duration.ofMinutes(1));
        assertThat(runs).containsExactly("bad");
        assertThat(test.shared.heldBytes()).isZero();
    }

    @Test
    void runsAtOnceWhatStoodBehindAnEventOfARevokedPartition() {
        var test = new TestDispatcher(function(code, 2, TIMEOUT));
        test.attach(retries(5, Duration.ofSeconds(30)));
        test.source.offer("bad", "a", 1);
        test.source.offer("behind", "a", 0);
        test.run();
        test.source.revoke(1, () -> {});
        test.run();

        assertThat(runs).containsExactly("bad", "behind");
    }

    @Test
    void finishesWhatRunsWithinTheGraceOfADrain() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        test.attach(retries(0));
        var running = test.source.offer("running");
        var queued = test.source.offer("queued");
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher
                .drain(Duration.ofSeconds(10))
                .doOnSuccess(nothing -> ended.incrementAndGet())
                .subscribe();
        test.advance(Duration.ofSeconds(9));
        assertThat(queued.state()).isEqualTo(State.RELEASED);
        assertThat(ended).hasValue(0);

        end("running");
        test.run();
        assertThat(running.accepted()).isTrue();
        assertThat(ended).hasValue(1);
        assertThat(test.source.cancelled()).isTrue();
        assertThat(runs).containsExactly("running");
    }

    @Test
    void cancelsWhatRunsPastTheGraceOfADrainAndGivesItBack() {
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        test.attach(retries(0));
        var running = test.source.offer("running");
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher
                .drain(Duration.ofSeconds(10))
                .doOnSuccess(nothing -> ended.incrementAndGet())
                .subscribe();
        test.advance(Duration.ofSeconds(10));

        assertThat(running.state()).isEqualTo(State.RELEASED);
        assertThat(cancelled).hasValue(1);
        assertThat(ended).hasValue(1);
        assertThat(test.deadLetters.stored).isEmpty();
    }
}
