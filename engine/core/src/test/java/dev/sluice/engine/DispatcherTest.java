package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.blocking;
import static dev.sluice.engine.Fixtures.calls;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a dispatcher outlives, and what it keeps within bounds however long it runs. */
class DispatcherTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void goesOnWhenAWorkerThreadCanNotBeMade() {
        var refusals = new AtomicInteger(1);
        var test = new TestDispatcher(function(blocking(text -> text), 1, LONG), run -> {
            if (refusals.getAndDecrement() > 0) {
                throw new NoClassDefFoundError("no thread for this one");
            }
            run.run();
        });
        test.attach(retries(1));
        var first = test.source.offer("first");
        var second = test.source.offer("second");
        test.advance(Duration.ofSeconds(1));

        assertThat(first.accepted()).isTrue();
        assertThat(second.accepted()).isTrue();
        assertThat(test.answers.ids()).containsExactlyInAnyOrder("first:tr:1", "second:tr:1");
    }

    @Test
    void storesTheDeadLetterOfAnErrorWhoseMessageCanNotBeRead() {
        var test = new TestDispatcher(function(
                reactive(text -> {
                    throw new IllegalStateException() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public String getMessage() {
                            throw new NoClassDefFoundError("gone");
                        }
                    };
                }),
                1,
                LONG));
        test.attach(retries(0));
        var event = test.source.offer("event");
        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.only().getExtension("dlerror"))
                .asString()
                .contains("its message can't be read: java.lang.NoClassDefFoundError");
    }

    @Test
    void keepsTheGraceOfADrainThatBeginsBeforeAnEarlierWakeIsDue() {
        var test = new TestDispatcher(
                function(reactive(text -> text.equals("quick") ? Mono.just(text) : Mono.never()), 1, LONG));
        test.attach(retries(0));
        test.source.offer("quick");
        test.advance(LONG.minusSeconds(10));
        var hanging = test.source.offer("hanging");
        test.run();
        var ended = new AtomicInteger();
        test.dispatcher
                .drain(Duration.ofSeconds(25))
                .doOnSuccess(nothing -> ended.incrementAndGet())
                .subscribe();

        test.advance(Duration.ofSeconds(24));
        assertThat(ended).hasValue(0);
        test.advance(Duration.ofSeconds(1));
        assertThat(ended).hasValue(1);
        assertThat(hanging.state()).isEqualTo(FakeSource.State.RELEASED);
        assertThat(test.source.cancelled()).isTrue();
    }

    @Test
    void wakesItsLoopOnceForAllThatCameBeforeItTurns() {
        var d = new TestDispatcher(
                Fixtures.function(Fixtures.reactive(event -> Mono.empty()), 1, Duration.ofSeconds(1)));
        d.attach(Fixtures.retries(0));
        d.loop.run();
        var before = d.loop.wakes();

        for (var i = 0; i < 100; i++) {
            d.dispatcher.signal(() -> {});
        }
        assertThat(d.loop.wakes()).isEqualTo(before + 1);

        d.loop.run();
        d.dispatcher.signal(() -> {});
        assertThat(d.loop.wakes()).isEqualTo(before + 2);
    }

    @Test
    void setsNoTimerForATimeThatOneIsSetForAlready() {
        var test = new TestDispatcher(function(
                reactive(text -> text.startsWith("bad") ? Mono.error(new IllegalStateException("no")) : Mono.never()),
                8,
                Duration.ofMinutes(5)));
        test.attach(retries(1_000, Duration.ofMillis(10)));
        test.source.offer("hanging");
        test.source.offer("bad");
        test.advance(Duration.ofSeconds(9));

        assertThat(test.loop.timersSet()).isLessThan(10);
    }

    @Test
    void asksAFunctionForMoreAnswersOnItsOwnLoopAndNotWhereTheyAreAcknowledged() throws Exception {
        var generatedOn = new ArrayList<Thread>();
        var test = new TestDispatcher(function(
                reactive(text -> Flux.range(0, 600)
                        .map(n -> {
                            generatedOn.add(Thread.currentThread());
                            return "answer " + n;
                        })
                        .hide()),
                1,
                LONG));
        test.attach(retries(0));
        test.answers.hold();
        var event = test.source.offer("event");
        test.run();
        assertThat(test.answers.stored).hasSize(256);

        ExecutorService brokersOwn = Executors.newSingleThreadExecutor();
        try {
            brokersOwn.submit(test.answers::acknowledge).get(10, TimeUnit.SECONDS);
        } finally {
            brokersOwn.shutdownNow();
        }
        test.run();

        assertThat(event.accepted()).isTrue();
        assertThat(test.answers.stored).hasSize(600);
        assertThat(generatedOn).containsOnly(Thread.currentThread());
    }

    @Test
    void keepsNoTraceOfCallsWhoseCallersWentAwayBehindOneThatWaits() {
        var test = new TestDispatcher(function(reactive(text -> Mono.never()), 1, LONG));
        var pipeline = test.attach(calls(EventFilter.PASS));
        submit(test, pipeline, "runs");
        submit(test, pipeline, "waits");
        for (var i = 0; i < 10_000; i++) {
            submit(test, pipeline, "goes " + i).cancel();
            test.run();
        }

        assertThat(pipeline.lanes.sums.open()).isEqualTo(2);
        assertThat(pipeline.lanes.ready.size()).isLessThan(200);
        assertThat(test.dispatcher.callsWaiting()).isEqualTo(1);
    }

    private static Admission.Admitted submit(TestDispatcher test, Pipeline pipeline, String id) {
        var admission = test.dispatcher.submit(pipeline, new FakeCall(id));
        test.run();
        return (Admission.Admitted) admission;
    }

    @Test
    void tellsACallerOfATimeoutAtOnceThoughTheRunIgnoresItsCancel() {
        var started = new ArrayList<Runnable>();
        var test = new TestDispatcher(function(blocking(text -> text), 1, Duration.ofSeconds(30)), started::add);
        var pipeline = test.attach(calls(EventFilter.PASS));
        var call = new FakeCall("stuck");
        test.dispatcher.submit(pipeline, call);
        test.run();
        // The worker has the run and never gets to its end.
        assertThat(started).hasSize(1);
        test.advance(Duration.ofSeconds(30));

        assertThat(call.failure()).isInstanceOf(FunctionException.TimedOut.class);
        assertThat(test.status().leased()).isEqualTo(1);
        test.advance(Duration.ofSeconds(30));
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void asksForOneCapacityBeyondItsFreeSlotsWhateverCallsMayCome() {
        var test = new TestDispatcher(function(reactive(text -> Mono.never()), 100, LONG));
        test.attach(calls(EventFilter.PASS));
        test.attach(retries(0));

        assertThat(test.source.demand()).isEqualTo(200);
    }
}
