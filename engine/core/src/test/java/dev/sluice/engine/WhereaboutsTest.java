package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.OpenEvent.State;
import dev.sluice.function.BatchResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where an open event is said to be, and why. */
class WhereaboutsTest {
    private final FunctionCode code = reactive(text -> switch (text.split("-", 2)[0]) {
        case "bad" -> Mono.error(new IllegalStateException("no"));
        case "never" -> Flux.never();
        default -> Mono.just(text);
    });

    private final TestDispatcher test = new TestDispatcher(function(code, 1, Duration.ofMinutes(1)));

    @Test
    void tellsThatAnEventRunsAndSinceWhen() {
        test.attach(retries(0));
        test.source.offer("never-1", "ada", 3);
        test.advance(Duration.ofSeconds(5));

        var open = where("never-1");
        assertThat(open.state()).isEqualTo(State.RUNNING);
        assertThat(open.forMillis()).isEqualTo(5_000);
        assertThat(open.instance()).isEqualTo(1);
        assertThat(open.key()).isEqualTo("ada");
        assertThat(open.partition()).isEqualTo(3);
    }

    @Test
    void tellsThatAnEventWaitsForASlot() {
        test.attach(retries(0));
        test.source.offer("never-1");
        test.source.offer("next");
        test.advance(Duration.ofSeconds(5));

        var open = where("next");
        assertThat(open.state()).isEqualTo(State.READY);
        assertThat(open.detail()).isEqualTo("all 1 slots of function 'fn' are busy");
        assertThat(open.forMillis()).isEqualTo(5_000);
    }

    @Test
    void tellsWhichEventHoldsAKeyAndUntilWhen() {
        test.attach(retries(3, Duration.ofSeconds(10)));
        test.source.offer("bad-1", "ada");
        test.source.offer("second", "ada");
        test.source.offer("third", "ada");
        test.advance(Duration.ofSeconds(4));

        var open = where("third");
        assertThat(open.state()).isEqualTo(State.BEHIND_KEY);
        assertThat(open.ahead()).isEqualTo(2);
        var head = open.head();
        assertThat(head).isNotNull();
        assertThat(head.event()).isEqualTo("bad-1");
        assertThat(head.state()).isEqualTo(State.BACK_OFF);
        assertThat(head.tries()).isEqualTo(1);
        assertThat(head.dueMillis()).isEqualTo(6_000);
        assertThat(head.error()).isEqualTo("java.lang.IllegalStateException: no");
    }

    @Test
    void tellsThatAnEventIsParkedAndWhen() {
        test.deadLetters.failing(new IllegalStateException("gone"));
        test.attach(retries(0));
        test.source.offer("bad-1");
        test.advance(Duration.ofSeconds(10));

        var open = where("bad-1");
        assertThat(open.state()).isEqualTo(State.PARKED);
        assertThat(open.dueMillis()).isEqualTo(50_000);
    }

    @Test
    void tellsThatAnswersAreNotAcknowledged() {
        test.answers.hold();
        test.attach(retries(0));
        test.source.offer("in");
        test.run();

        assertThat(where("in").state()).isEqualTo(State.ANSWERING);
    }

    @Test
    void tellsThatADeadLetterIsBeingStored() {
        test.deadLetters.hold();
        test.attach(retries(0));
        test.source.offer("bad-1");
        test.run();

        assertThat(where("bad-1").state()).isEqualTo(State.DEAD_LETTERING);
    }

    @Test
    void tellsThatARetryIsHeldByItsBudget() {
        test.attach(retries(1, Duration.ofSeconds(1)));
        test.source.offer("bad-1");
        test.source.offer("bad-2");
        test.run();
        // The budget has one retry saved; fresh events keep the only slot busy.
        for (var i = 0; i < 3; i++) {
            test.source.offer("never-" + i);
        }
        test.advance(Duration.ofSeconds(2));

        assertThat(where("bad-2").state()).isEqualTo(State.RETRY_BUDGET);
    }

    @Test
    void tellsThatABatchIsNotFullYet() {
        var batches = Fixtures.batching(texts -> BatchResult.DONE);
        var gathering = new TestDispatcher(
                function("fn", batches, 1, Duration.ofSeconds(1), new BatchPolicy(2, Duration.ofSeconds(10))));
        gathering.attach(retries(0));
        gathering.source.offer("one");
        var found = new AtomicReference<OpenEvent>();
        gathering.dispatcher.open("one").subscribe(open -> found.set(open.get(0)));
        gathering.run();

        assertThat(found.get().state()).isEqualTo(State.GATHERING);
    }

    @Test
    void knowsNothingOfWhatIsSettled() {
        test.attach(retries(0));
        test.source.offer("in");
        test.run();

        assertThat(whereOrNull("in")).isNull();
    }

    private OpenEvent where(String id) {
        var open = whereOrNull(id);
        assertThat(open).as("%s is open", id).isNotNull();
        return open;
    }

    private OpenEvent whereOrNull(String id) {
        var found = new AtomicReference<OpenEvent>();
        test.dispatcher.open(id).subscribe(open -> found.set(open.isEmpty() ? null : open.get(0)));
        test.run();
        return found.get();
    }
}
