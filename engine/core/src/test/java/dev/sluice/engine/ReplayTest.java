package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.blocking;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.FunctionConfig;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Other events that go through a trigger beside its own, and leave again; in virtual time where time matters. */
class ReplayTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final FakeSource past = new FakeSource();
    private final List<String> runs = new ArrayList<>();
    private final Map<String, Sinks.One<String>> ends = new HashMap<>();
    /** Runs until the test ends the run, but for {@code bad…}, which fails. */
    private final FunctionCode held = reactive(this::hold);

    private Mono<String> hold(String text) {
        runs.add(text);
        return text.startsWith("bad")
                ? Mono.error(new IllegalStateException("no"))
                : ends.computeIfAbsent(text, key -> Sinks.one()).asMono();
    }

    private Pipeline beside(TestDispatcher test, DeliveryPolicy delivery) {
        var trigger = Fixtures.trigger(test.source, test.answers, delivery, test.deadLetters);
        var pipeline = test.dispatcher.attachBeside(trigger.beside(past, null));
        test.run();
        return pipeline;
    }

    private static AtomicBoolean detach(TestDispatcher test, Pipeline pipeline, Duration grace) {
        var gone = new AtomicBoolean();
        test.dispatcher.detach(pipeline, grace).subscribe(nothing -> {}, error -> {}, () -> gone.set(true));
        test.run();
        return gone;
    }

    private void offer(FakeSource source, String prefix, int events) {
        for (var i = 0; i < events; i++) {
            source.offer(prefix + i);
        }
    }

    @Test
    void answersAndDeadLettersAreThoseOfTheTrigger() {
        var test = new TestDispatcher(function(held, 4, TIMEOUT));
        test.attach(retries(0));
        beside(test, retries(0));
        past.offer("a");
        past.offer("bad");
        test.run();
        ends.get("a").tryEmitValue("done");
        test.run();

        assertThat(test.answers.ids()).containsExactly("a:tr:1");
        assertThat(test.deadLetters.only().getExtension("dltrigger")).isEqualTo("tr");
        assertThat(past.count(State.ACCEPTED)).isEqualTo(2);
    }

    @Test
    void hasAQuarterOfTheSlotsWhileTheTriggerHasEventsAndAllButAQuarterElse() {
        var test = new TestDispatcher(function(held, 8, TIMEOUT));
        test.attach(retries(0));
        beside(test, retries(0));
        offer(past, "past", 40);
        test.run();
        assertThat(runs).hasSize(6).allMatch(run -> run.startsWith("past"));

        offer(test.source, "live", 40);
        test.run();
        assertThat(runs.subList(6, runs.size())).containsExactly("live0", "live1");

        for (var ended = 0; ended < 20; ended++) {
            ends.get(runs.get(ended)).tryEmitEmpty();
            test.run();
        }
        assertThat(runs.subList(20, runs.size()))
                .hasSize(8)
                .filteredOn(run -> run.startsWith("past"))
                .hasSize(2);
    }

    @Test
    void getsMoreSlotsWithinTwentyMillisOnceTheTriggersEventsHaveEnded() {
        var test = new TestDispatcher(function(held, 8, TIMEOUT));
        test.attach(retries(0));
        beside(test, retries(0));
        offer(test.source, "live", 1);
        test.run();
        offer(past, "past", 40);
        test.run();
        assertThat(runs).containsExactly("live0", "past0", "past1");

        ends.get("live0").tryEmitEmpty();
        test.advanceMillis(20);

        assertThat(runs).hasSize(7);
    }

    @Test
    void hasItsPartOfTheSlotsThatMayBeUsedAndNotOfAllThatAreWanted() {
        var test = new TestDispatcher(function(held, 8, TIMEOUT));
        test.attach(retries(0));
        test.dispatcher.pool().cap(4);
        beside(test, retries(0));
        offer(past, "past", 40);
        test.run();
        assertThat(runs).hasSize(3);

        offer(test.source, "live", 1);
        test.run();
        assertThat(runs).endsWith("live0");
    }

    /** Starts one instance and no other. */
    private FunctionCode servedByOne() {
        var made = new AtomicInteger();
        var handler = TypedFunction.of(new TypeRef<Function<String, Publisher<String>>>() {}, this::hold);
        try {
            return FunctionCode.of("one", () -> {
                // The first is made to look at its type.
                if (made.getAndIncrement() > 1) {
                    throw new IllegalStateException("does not start");
                }
                return handler;
            });
        } catch (FunctionCodeException bad) {
            throw new AssertionError(bad);
        }
    }

    @Test
    void hasItsPartOfTheInstancesThatServe() {
        var test = new TestDispatcher(
                new FunctionSpec("fn", servedByOne(), 4, 4, TIMEOUT, BatchPolicy.DEFAULT, FunctionConfig.EMPTY));
        test.attach(retries(0));
        beside(test, retries(0));
        assertThat(test.dispatcher.pool().ready()).isEqualTo(1);
        offer(past, "past", 40);
        test.run();

        assertThat(runs).hasSize(3);
    }

    @Test
    void leavesTheRetryBudgetToTheTriggerUntilItsOwnAreOverdue() {
        var test = new TestDispatcher(function(held, 4, Duration.ofMinutes(2)));
        var live = test.attach(retries(1));
        var replay = beside(test, retries(1));
        past.offer("bad-past");
        test.run();
        test.advanceMillis(1);
        test.source.offer("bad-live");
        offer(test.source, "live", 10);
        test.run();

        test.advanceMillis(10);
        assertThat(replay.counts.retriesPutOff.get()).isPositive();
        assertThat(live.counts.retriesPutOff.get()).isZero();

        test.advance(Duration.ofSeconds(31));
        for (var ended = 0; ended < 6; ended++) {
            assertThat(ends.get("live" + ended).tryEmitEmpty()).isEqualTo(Sinks.EmitResult.OK);
            test.run();
        }
        assertThat(runs)
                .containsOnlyOnce("live9")
                .filteredOn("bad-past"::equals)
                .hasSize(2);
    }

    @Test
    void takesTurnsWithTheTriggerWhereThereIsOneSlot() {
        var test = new TestDispatcher(function(held, 1, TIMEOUT));
        test.attach(retries(0));
        beside(test, retries(0));
        offer(past, "past", 3);
        offer(test.source, "live", 3);
        test.run();
        for (var run = 0; run < 5; run++) {
            ends.get(runs.get(run)).tryEmitEmpty();
            test.run();
        }

        assertThat(runs).hasSize(6);
        for (var turn = 0; turn < 6; turn += 2) {
            assertThat(List.of(
                            runs.get(turn).substring(0, 4), runs.get(turn + 1).substring(0, 4)))
                    .containsExactlyInAnyOrder("past", "live");
        }
    }

    @Test
    void asksForLittleMoreThanItMayRun() {
        var test = new TestDispatcher(function(held, 100, TIMEOUT));
        test.attach(retries(0));
        beside(test, retries(0));

        assertThat(test.source.demand()).isEqualTo(200);
        assertThat(past.demand()).isEqualTo(50);
    }

    @Test
    void finishesWhatRunsAndGivesTheRestBackWhenItEnds() {
        var test = new TestDispatcher(function(held, 4, TIMEOUT));
        test.attach(retries(1, Duration.ofSeconds(20)));
        var pipeline = beside(test, retries(1, Duration.ofSeconds(20)));
        past.offer("run", "a");
        past.offer("behind", "a");
        past.offer("bad", "b");
        test.run();

        var gone = detach(test, pipeline, Duration.ofSeconds(2));
        assertThat(past.count(State.RELEASED))
                .as("behind its key, and in back-off")
                .isEqualTo(2);
        assertThat(gone).isFalse();
        ends.get("run").tryEmitEmpty();
        test.run();

        assertThat(gone).isTrue();
        assertThat(past.count(State.ACCEPTED)).isEqualTo(1);
        assertThat(past.cancelled()).isTrue();
        assertThat(test.dispatcher.roster.here()).hasSize(1);
        assertThat(test.shared.heldBytes()).isZero();
        assertThat(test.dispatcher.pool().leased()).isZero();
        assertThat(detach(test, pipeline, TIMEOUT)).as("a second time").isTrue();
    }

    @Test
    void cancelsWhatRunsLongerThanTheGrace() {
        var test = new TestDispatcher(function(held, 4, TIMEOUT));
        test.attach(retries(1));
        var pipeline = beside(test, retries(1));
        past.offer("run");
        test.run();

        var gone = detach(test, pipeline, Duration.ofSeconds(2));
        test.advance(Duration.ofMillis(1_999));
        assertThat(gone).isFalse();
        test.advanceMillis(1);

        assertThat(gone).isTrue();
        assertThat(past.count(State.RELEASED)).isEqualTo(1);
        test.source.offer("live");
        test.run();
        assertThat(runs).containsExactly("run", "live");
    }

    @Test
    void waitsTwoTimeoutsForWhatItsTopicsDoNotAcknowledge() {
        var test = new TestDispatcher(function(held, 4, TIMEOUT));
        test.attach(retries(0));
        test.deadLetters.hold();
        test.answers.hold();
        var pipeline = beside(test, retries(0));
        past.offer("bad");
        past.offer("a");
        test.run();
        ends.get("a").tryEmitValue("done");
        test.run();

        var gone = detach(test, pipeline, Duration.ofSeconds(1));
        test.advance(Duration.ofSeconds(1).plus(TIMEOUT.multipliedBy(2)).minusMillis(1));
        assertThat(gone).isFalse();
        assertThat(past.cancelled()).isFalse();
        test.advanceMillis(1);
        assertThat(gone).isTrue();
        assertThat(past.cancelled()).isTrue();
        assertThat(test.dispatcher.roster.here()).doesNotContain(pipeline);

        test.deadLetters.acknowledge();
        test.answers.acknowledge();
        test.run();
        assertThat(past.count(State.RELEASED)).isEqualTo(2);
        assertThat(pipeline.busy()).isZero();
        assertThat(test.shared.heldBytes()).isZero();
    }

    @Test
    void waitsForTheSlotOfARunThatIgnoresItsCancelAndFreesIt() throws InterruptedException {
        var release = new CountDownLatch(1);
        var started = new CountDownLatch(1);
        var stubborn = blocking(text -> {
            if (text.equals("live")) {
                return "done";
            }
            started.countDown();
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException ignored) {
                    // It does not heed it.
                }
            }
            return null;
        });
        var test = new TestDispatcher(function(stubborn, 1, TIMEOUT), task -> new Thread(task, "stubborn").start());
        test.attach(retries(0));
        var pipeline = beside(test, retries(0));
        past.offer("run");
        test.run();
        assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();

        var gone = detach(test, pipeline, Duration.ofSeconds(1));
        test.advance(Duration.ofSeconds(1));
        assertThat(past.count(State.RELEASED)).isEqualTo(1);
        assertThat(gone).isFalse();
        test.advance(TIMEOUT.multipliedBy(2));
        assertThat(gone).isTrue();
        test.source.offer("live");
        test.loop.runUntil(() -> !test.answers.stored.isEmpty());
        release.countDown();
    }

    @Test
    void endsWithTheFunctionThatEndsBeforeIt() {
        var test = new TestDispatcher(function(held, 4, TIMEOUT));
        test.attach(retries(0));
        var pipeline = beside(test, retries(0));
        past.offer("run");
        test.run();
        var gone = detach(test, pipeline, Duration.ofHours(1));

        test.dispatcher.drain(Duration.ofMillis(10)).subscribe();
        test.advanceMillis(10);

        assertThat(gone).isTrue();
        assertThat(past.count(State.RELEASED)).isEqualTo(1);
        assertThat(past.cancelled()).isTrue();
    }

    @Test
    void leavesNoMeterAndTakesNothingFromTheFunctionsSums() {
        var registry = new SimpleMeterRegistry();
        var engine = Engine.create(EngineOptions.defaults(), registry);
        var sink = new RecordingSink();
        var live = new FakeSource();
        engine.deploy(function(reactive(Mono::just), 4, TIMEOUT));
        engine.attach(Fixtures.trigger(live, sink, retries(0), sink));
        var before = registry.getMeters().stream().map(Meter::getId).toList();

        for (var round = 1; round <= 2; round++) {
            var source = new FakeSource();
            var replay = engine.replay("tr", source, null);
            assertThatThrownBy(() -> engine.replay("tr", source, null)).hasMessageContaining("has a replay");
            assertThat(registry.get("sluice.trigger.done")
                            .tag("trigger", "tr:replay")
                            .functionCounter())
                    .isNotNull();
            source.offer("a");
            Sinks.One<String> stored = Sinks.one();
            var look = new Thread(() -> {
                while (replay.status().done() == 0) {
                    Thread.onSpinWait();
                }
                stored.tryEmitEmpty();
            });
            look.start();
            stored.asMono().block(PATIENCE);
            replay.end(TIMEOUT).block(PATIENCE);
            replay.end(TIMEOUT).block(PATIENCE);

            assertThat(replay.status().done()).isEqualTo(1);
            assertThat(engine.functions().get(0).runs()).isEqualTo(round);
            assertThat(registry.get("faas.invocations")
                            .tag("faas.trigger", "pubsub")
                            .functionCounter()
                            .count())
                    .isEqualTo(round);
            assertThat(registry.getMeters()).extracting(Meter::getId).containsExactlyInAnyOrderElementsOf(before);
        }
        assertThatThrownBy(() -> engine.replay("none", past, null)).hasMessageContaining("reads no topic here");
        engine.drain(Duration.ZERO).block(PATIENCE);
    }
}
