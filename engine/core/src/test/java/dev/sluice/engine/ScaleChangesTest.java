package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scaling.DemandPolicy;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.function.FunctionConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Instances that come and go while events run, in virtual time. */
class ScaleChangesTest {
    private static final List<Slow> MADE = new ArrayList<>();

    private final TestDispatcher test = new TestDispatcher(function(code(), 2, Duration.ofMinutes(1)));

    /** Ends its runs when the test says so. */
    static final class Slow implements Function<String, Mono<String>>, AutoCloseable {
        final List<Sinks.One<String>> runs = new ArrayList<>();
        volatile boolean closed;

        Slow() {
            MADE.add(this);
        }

        @Override
        public Mono<String> apply(String text) {
            var run = Sinks.<String>one();
            runs.add(run);
            return run.asMono();
        }

        void endAll() {
            runs.forEach(run -> run.tryEmitValue("done"));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static FunctionCode code() {
        try {
            return FunctionCode.of("slow", Slow::new);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() {
        MADE.clear();
        test.run();
        assertThat(MADE).hasSize(1);
    }

    @Test
    void runsMoreAtOnceWhenMoreInstancesAreWanted() {
        test.attach(retries(0));
        for (var i = 0; i < 8; i++) {
            test.source.offer("e" + i);
        }
        test.run();
        assertThat(test.status().leased()).isEqualTo(2);

        test.dispatcher.resize(3);
        test.run();
        assertThat(test.status().leased()).isEqualTo(6);
        assertThat(MADE).extracting(slow -> slow.runs.size()).containsExactly(2, 2, 2);
    }

    @Test
    void closesAnInstanceThatIsNotWantedOnceItsRunsHaveEnded() {
        test.attach(retries(0));
        var event = test.source.offer("in");
        var behind = test.source.offer("behind");
        test.run();
        test.dispatcher.resize(0);
        test.source.offer("waits");
        test.run();
        assertThat(MADE.get(0).closed).isFalse();
        assertThat(test.status().leased()).isEqualTo(2);
        assertThat(test.status().runnable()).isEqualTo(1);

        MADE.get(0).endAll();
        test.run();
        assertThat(event.accepted() && behind.accepted()).isTrue();
        test.loop.runUntil(() -> MADE.get(0).closed);
        assertThat(test.status().leased()).isZero();
        assertThat(test.status().instances()).isZero();
    }

    @Test
    void takesUpWhatWaitsWhenItScalesFromZero() {
        test.attach(retries(0));
        test.dispatcher.resize(0);
        var event = test.source.offer("in");
        test.run();
        test.loop.runUntil(() -> MADE.get(0).closed);

        test.dispatcher.resize(1);
        test.run();
        MADE.get(1).endAll();
        test.run();
        assertThat(event.accepted()).isTrue();
    }

    @Test
    void closesTheIdlestFirst() {
        test.dispatcher.resize(2);
        test.attach(retries(0));
        test.source.offer("in");
        test.run();
        test.dispatcher.resize(1);
        test.loop.runUntil(() -> MADE.stream().anyMatch(slow -> slow.closed));

        assertThat(MADE).filteredOn(slow -> slow.closed).singleElement().satisfies(slow -> assertThat(slow.runs)
                .isEmpty());
    }

    private static FunctionSpec scaled(FunctionCode code, int min, int max) {
        var limits =
                new ScaleLimits(min, max, 2, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofMinutes(1));
        return new FunctionSpec(
                "fn",
                code,
                Math.max(1, min),
                2,
                Duration.ofMinutes(1),
                BatchPolicy.DEFAULT,
                FunctionConfig.EMPTY,
                new Scaling(new DemandPolicy(), limits));
    }

    @Test
    void addsInstancesWhileMoreWaitsThanCanRun() {
        var scaling = new TestDispatcher(scaled(code(), 0, 8));
        scaling.attach(retries(0));
        for (var i = 0; i < 64; i++) {
            scaling.source.offer("e" + i);
        }
        scaling.advance(Duration.ofSeconds(1));

        assertThat(scaling.status().instances()).isEqualTo(8);
        assertThat(scaling.status().leased()).isEqualTo(16);
        assertThat(scaling.dispatcher.sizing().decisions()).isNotEmpty();
    }

    @Test
    void goesToZeroWhenIdleAndComesBackWithTheFirstEvent() {
        var scaling = new TestDispatcher(scaled(code(), 0, 8));
        scaling.attach(retries(0));
        scaling.run();
        scaling.advance(Duration.ofSeconds(90));
        assertThat(scaling.status().instancesWanted())
                .as("%s", scaling.dispatcher.sizing().decisions())
                .isZero();
        assertThat(scaling.status().state()).isEqualTo(FunctionStatus.State.READY);

        MADE.clear();
        scaling.source.offer("in");
        scaling.run();
        assertThat(scaling.status().leased()).isEqualTo(1);
        assertThat(MADE.get(0).runs).hasSize(1);
    }

    @Test
    void tellsItsFiguresAndTheLastDecision() {
        var scaling = new TestDispatcher(scaled(code(), 0, 8));
        scaling.attach(retries(0));
        for (var i = 0; i < 64; i++) {
            scaling.source.offer("e" + i);
        }
        scaling.advance(Duration.ofSeconds(1));

        var status = scaling.dispatcher.scaling();
        assertThat(status.policy()).isEqualTo("demand");
        assertThat(status.ready()).isEqualTo(8);
        assertThat(status.wanted()).isEqualTo(8);
        assertThat(status.max()).isEqualTo(8);
        assertThat(status.slots()).isEqualTo(16);
        assertThat(status.leased()).isEqualTo(16);
        assertThat(status.busy()).isEqualTo(1);
        assertThat(status.slotsCap()).isEqualTo(-1);
        assertThat(status.runnable()).isEqualTo(48);
        assertThat(status.serviceSeconds()).as("nothing has settled").isEqualTo(-1);
        assertThat(status.words()).contains("8 instances");
        assertThat(status.decidedAt()).isEqualTo(TestDispatcher.NOW);
    }

    @Test
    void leasesNoMoreThanTheAdaptiveCapThoughSlotsAreFree() {
        var capped =
                new TestDispatcher(function(code(), 40, Duration.ofMinutes(1)).withAdaptive(true));
        capped.attach(retries(0));
        for (var i = 0; i < 60; i++) {
            capped.source.offer("e" + i);
        }
        capped.run();

        assertThat(capped.status().leased()).isEqualTo(AdaptiveSlots.START);
        assertThat(capped.dispatcher.scaling().slotsCap()).isEqualTo(AdaptiveSlots.START);

        // Runs end as fast as they come: nothing speaks against more of them.
        for (var round = 0; round < 40; round++) {
            capped.advanceMillis(100);
            MADE.forEach(Slow::endAll);
            capped.source.offer("more " + round);
            capped.run();
        }
        assertThat(capped.dispatcher.scaling().slotsCap()).isGreaterThan(AdaptiveSlots.START);
    }

    @Test
    void addsNoInstanceWhileTheAdaptiveCapBindsAndSaysSo() {
        var capped = new TestDispatcher(scaled(code(), 0, 100).withAdaptive(true));
        capped.attach(retries(0));
        for (var i = 0; i < 64; i++) {
            capped.source.offer("e" + i);
        }
        capped.advance(Duration.ofSeconds(2));

        var status = capped.dispatcher.scaling();
        assertThat(status.wanted()).isEqualTo(AdaptiveSlots.START / 2);
        assertThat(status.leased()).isEqualTo(AdaptiveSlots.START);
        assertThat(status.reason()).isEqualTo(Reason.CAP_ADAPTIVE);
        assertThat(status.words()).contains("the adaptive limit of 16 slots binds: it begins low");
    }

    @Test
    void tellsWhatWaitsBehindItsKeyThoughItAsksForNoSlot() {
        var scaling = new TestDispatcher(scaled(code(), 2, 8));
        scaling.attach(retries(0));
        for (var i = 0; i < 40; i++) {
            scaling.source.offer("e" + i, i % 2 == 0 ? "left" : "right");
        }
        scaling.advance(Duration.ofSeconds(3));

        var status = scaling.dispatcher.scaling();
        assertThat(status.leased()).isEqualTo(2);
        assertThat(status.runnable()).isZero();
        assertThat(status.blocked()).isEqualTo(38);
        assertThat(status.wanted()).isEqualTo(2);
        assertThat(status.reason()).isEqualTo(Reason.CAP_KEYS);
        assertThat(status.words()).contains("2 of 4 slots are in use; 38 events wait behind others, on 2 keys");
    }

    @Test
    void keepsACallUntilTheFirstInstanceSinceZeroHasStarted() {
        var scaling = new TestDispatcher(scaled(code(), 0, 8));
        var pipeline = scaling.attach(Fixtures.calls(dev.sluice.cloudevents.sql.EventFilter.PASS));
        scaling.advance(Duration.ofSeconds(90));
        assertThat(scaling.status().instancesWanted()).isZero();
        MADE.clear();

        var call = new FakeCall("in");
        scaling.dispatcher.submit(pipeline, call);
        scaling.run();

        assertThat(MADE).hasSize(1);
        assertThat(MADE.get(0).runs).hasSize(1);
    }

    @Test
    void tellsTheFiguresOfAFixedNumberOfInstancesToo() {
        var status = test.dispatcher.scaling();

        assertThat(status.policy()).isEqualTo("fixed");
        assertThat(status.min()).isEqualTo(1);
        assertThat(status.max()).isEqualTo(1);
        assertThat(status.lagEvents()).isZero();
        assertThat(status.arrivalsPerSecond()).isEqualTo(-1);
        assertThat(status.decidedAt()).isNull();
    }
}
