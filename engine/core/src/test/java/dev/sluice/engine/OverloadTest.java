package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.calls;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** More calls than a function has slots for: a simulation in virtual time, the same at every run. */
class OverloadTest {
    private static final int SLOTS = 20;
    private static final Duration RUN = Duration.ofMillis(100);
    /** What the slots can do in a second. */
    private static final int CAPACITY = 200;

    private TestDispatcher test;
    private Pipeline pipeline;
    private final List<FakeCall> admitted = new ArrayList<>();
    private int refused;

    private void start() {
        test = new TestDispatcher(function(reactive(this::run), SLOTS, Duration.ofSeconds(5)));
        pipeline = test.attach(calls(EventFilter.PASS));
        admitted.clear();
        refused = 0;
    }

    private Mono<String> run(String text) {
        var end = Sinks.<String>one();
        test.loop.schedule(() -> end.tryEmitValue(text), RUN.toNanos());
        return end.asMono();
    }

    /** Calls at an even pace, answered or refused; the good ones in a second. */
    private double goodput(int perSecond, Duration patience, int seconds) {
        start();
        var gap = Duration.ofSeconds(1).dividedBy(perSecond);
        for (var i = 0; i < perSecond * seconds; i++) {
            var call = new FakeCall(Fixtures.event("call" + i), patience);
            var admission = test.dispatcher.submit(pipeline, call);
            if (admission instanceof Admission.Refused no) {
                assertThat(no.retryAfterSeconds()).isPositive();
                assertThat(no.overload()).isTrue();
                refused++;
            } else {
                admitted.add(call);
            }
            test.advance(gap);
        }
        return admitted.stream().filter(FakeCall::accepted).count() / (double) seconds;
    }

    @Test
    void answersAsManyCallsAtTwiceTheCapacityAsAtItsPeak() {
        var peak = goodput(CAPACITY, Duration.ofSeconds(30), 10);
        var overload = goodput(2 * CAPACITY, Duration.ofSeconds(30), 10);
        System.out.printf("overload: %.0f/s at the peak, %.0f/s at twice the capacity%n", peak, overload);

        assertThat(peak).isGreaterThan(0.95 * CAPACITY);
        assertThat(overload).isGreaterThan(0.9 * peak);
        assertThat(refused).as("the rest but for those that wait").isBetween(1_700, 2_000);
        assertThat(test.dispatcher.callsWaiting()).isLessThanOrEqualTo(10 * SLOTS);
    }

    @Test
    void answersAsManyWhenCallersWaitForAShorterTimeThanTheQueueIsLong() {
        var overload = goodput(2 * CAPACITY, Duration.ofMillis(400), 10);

        assertThat(overload).isGreaterThan(0.9 * CAPACITY);
        assertThat(refused
                        + admitted.stream()
                                .filter(call -> call.failure() != null)
                                .count())
                .isGreaterThan(1_700);
        assertThat(admitted.stream().filter(call -> call.failure() != null))
                .allSatisfy(call -> assertThat(((FunctionException.Unavailable) call.failure()).retryAfter())
                        .as("503 with Retry-After")
                        .isPresent());
    }
}
