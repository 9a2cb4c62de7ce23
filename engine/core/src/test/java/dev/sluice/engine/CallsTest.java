package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.calls;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls, whose callers wait for the answer, in virtual time. */
class CallsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<String> runs = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        return switch (text) {
            case "stuck" -> Flux.<String>never().doOnCancel(cancelled::incrementAndGet);
            case "bad" -> Mono.error(new IllegalStateException("no"));
            default -> Flux.just(text + 1, text + 2);
        };
    });

    private final TestDispatcher test = new TestDispatcher(function(code, 1, TIMEOUT));

    private Admission submit(Pipeline pipeline, FakeCall call) {
        return test.dispatcher.submit(pipeline, call);
    }

    private Admission.Admitted admitted(Pipeline pipeline, FakeCall call) {
        return (Admission.Admitted) submit(pipeline, call);
    }

    private static FakeCall patient(String id, Duration patience) {
        return new FakeCall(Fixtures.event(id), patience);
    }

    @Test
    void answersACallAndSettlesIt() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var call = new FakeCall("in");
        admitted(pipeline, call);
        test.run();

        assertThat(call.answers.texts()).containsExactly("in1", "in2");
        assertThat(call.answers.ids()).containsExactly("in:calls:1", "in:calls:2");
        assertThat(call.accepted()).isTrue();
        assertThat(call.failure()).isNull();
    }

    @Test
    void settlesACallThatTheFilterDoesNotWantWithoutAnswer() {
        var pipeline = test.attach(calls(Fixtures.filter(event -> false)));
        var call = new FakeCall("in");
        admitted(pipeline, call);
        test.run();

        assertThat(call.accepted()).isTrue();
        assertThat(call.answers.stored).isEmpty();
        assertThat(runs).isEmpty();
        assertThat(test.dispatcher.callsWaiting()).isZero();
    }

    @Test
    void countsAndExplainsWhatTheFilterCannotJudge() {
        var pipeline = test.attach(calls(Filters.compile(List.of(Map.of("cesql", "nope = 1")))));
        admitted(pipeline, new FakeCall("in"));
        test.run();

        var status = pipeline.status();
        assertThat(status.filtered()).isEqualTo(1);
        assertThat(status.filterErrors()).isEqualTo(1);
        assertThat(status.filterError()).isEqualTo("CESQL \"nope = 1\", at character 1: the event has no nope");
    }

    @Test
    void tellsACallersFailureWithoutAnotherTry() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var call = new FakeCall("bad");
        admitted(pipeline, call);
        test.advance(Duration.ofMinutes(1));

        assertThat(runs).containsExactly("bad");
        assertThat(call.failure()).isInstanceOf(IllegalStateException.class).hasMessage("no");
        assertThat(call.accepted()).isFalse();
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void tellsACallerThatTheFunctionRanPastItsTimeout() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var call = new FakeCall("stuck");
        admitted(pipeline, call);
        test.advance(TIMEOUT);

        assertThat(call.failure()).isInstanceOf(FunctionException.TimedOut.class);
        assertThat(cancelled).hasValue(1);
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void refusesCallsBeyondItsQueueAsOverload() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        admitted(pipeline, new FakeCall("stuck"));
        test.run();
        for (var i = 0; i < 64; i++) {
            assertThat(submit(pipeline, new FakeCall("n" + i))).isInstanceOf(Admission.Admitted.class);
        }
        var refused = new FakeCall("one too many");
        assertThat(submit(pipeline, refused))
                .isEqualTo(new Admission.Refused("function 'fn' has 64 calls waiting, its limit", 1, true));
        test.run();
        assertThat(refused.settled()).isFalse();
        assertThat(pipeline.counts.callsRefused.sum()).isEqualTo(1);
        assertThat(test.status().callsWaiting()).isEqualTo(64);

        test.advance(TIMEOUT);
        assertThat(test.status().callsWaiting()).isZero();
        assertThat(submit(pipeline, new FakeCall("again"))).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void queuesTenTimesTheCapacityOfALargeFunction() {
        var large = new TestDispatcher(function(reactive(text -> Flux.never()), 20, TIMEOUT));
        var pipeline = large.attach(calls(EventFilter.PASS));
        var admissions = new ArrayList<Admission>();
        for (var i = 0; i < 300; i++) {
            admissions.add(large.dispatcher.submit(pipeline, new FakeCall("n" + i)));
        }

        assertThat(admissions.stream().filter(Admission.Admitted.class::isInstance))
                .hasSize(200);
    }

    @Test
    void failsACallThatWaitsLongerThanItsPatience() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        admitted(pipeline, new FakeCall("stuck"));
        test.run();
        var hasty = patient("hasty", Duration.ofMillis(500));
        var patient = patient("patient", Duration.ofSeconds(20));
        admitted(pipeline, patient);
        admitted(pipeline, hasty);
        test.advanceMillis(499);
        assertThat(hasty.settled()).isFalse();

        test.advanceMillis(1);
        assertThat(hasty.failure())
                .isInstanceOf(FunctionException.Unavailable.class)
                .hasMessage("function 'fn' had no free slot for 500 ms");
        assertThat(test.status().callsWaiting()).isEqualTo(1);
        test.advance(TIMEOUT);
        assertThat(patient.accepted()).isTrue();
        assertThat(runs).containsExactly("stuck", "patient");
    }

    @Test
    void forgetsAWaitingCallWhoseCallerIsGone() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        admitted(pipeline, new FakeCall("stuck"));
        test.run();
        var gone = new FakeCall("gone");
        var admission = admitted(pipeline, gone);
        test.run();
        admission.cancel();
        admission.cancel();
        test.advance(TIMEOUT);

        assertThat(runs).containsExactly("stuck");
        assertThat(gone.settled()).isFalse();
        assertThat(test.status().callsWaiting()).isZero();
        assertThat(test.shared.heldBytes()).isZero();
    }

    @Test
    void cancelsARunWhoseCallerIsGoneAndFreesItsSlot() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var admission = admitted(pipeline, new FakeCall("stuck"));
        test.run();
        var next = new FakeCall("next");
        admitted(pipeline, next);
        test.run();
        assertThat(next.settled()).isFalse();

        admission.cancel();
        test.run();
        assertThat(cancelled).hasValue(1);
        assertThat(next.accepted()).isTrue();
        assertThat(test.status().leased()).isZero();
    }

    @Test
    void heedsACancelThatComesBeforeTheCallWasHandled() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var call = new FakeCall("stuck");
        admitted(pipeline, call).cancel();
        test.run();

        assertThat(test.status().leased()).isZero();
        assertThat(test.status().callsWaiting()).isZero();
        assertThat(pipeline.lanes.sums.open()).isZero();
    }

    @Test
    void refusesCallsAndFailsTheWaitingOnesWhileItDrains() {
        var pipeline = test.attach(calls(EventFilter.PASS));
        var running = new FakeCall("stuck");
        var waiting = new FakeCall("waiting");
        admitted(pipeline, running);
        admitted(pipeline, waiting);
        test.run();
        test.dispatcher.drain(Duration.ofSeconds(3)).subscribe();

        assertThat(submit(pipeline, new FakeCall("late")))
                .isEqualTo(new Admission.Refused("function 'fn' is stopping", 1, false));
        test.run();
        assertThat(waiting.failure()).isInstanceOf(FunctionException.Unavailable.class);
        assertThat(running.settled()).isFalse();
        test.advance(Duration.ofSeconds(3));
        assertThat(running.failure()).isInstanceOf(FunctionException.Unavailable.class);
        assertThat(cancelled).hasValue(1);
    }
}
