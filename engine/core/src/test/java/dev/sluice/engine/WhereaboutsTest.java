package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.OpenEvent.State;
import dev.sluice.function.BatchResult;
import dev.sluice.function.Received;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
    void tellsThatItsStreamHasAnEventAndThatOthersWaitForIt() {
        var test = StreamTest.streamOf(events -> events.flatMap(event -> Flux.<String>never(), 1));
        test.attach(retries(0));
        test.source.offer("held");
        test.source.offer("second");
        test.source.offer("third");
        test.advance(Duration.ofSeconds(5));

        var held = where(test, "held");
        assertThat(held.state()).isEqualTo(State.HANDED);
        assertThat(held.instance()).isEqualTo(1);
        assertThat(held.forMillis()).isEqualTo(5_000);
        var third = where(test, "third");
        assertThat(third.state()).isEqualTo(State.IN_LINE);
        assertThat(third.ahead()).isEqualTo(1);
        assertThat(third.forMillis()).isEqualTo(-1);
        assertThat(third.detail()).isEqualTo("its stream has not asked for more");
    }

    @Test
    void tellsThatAStreamSettledAnEventWhoseAnswersAreNotStored() {
        var test = StreamTest.streamOf(
                events -> events.concatMap(event -> Flux.just("answer").concatWith(Mono.fromRunnable(event::accept))));
        test.answers.hold();
        test.attach(retries(0));
        test.source.offer("in");
        test.run();

        assertThat(where(test, "in").state()).isEqualTo(State.TAKEN);
    }

    @Test
    void tellsThatAStreamHandedAnEventBackAndThatNoStreamRuns() {
        var starts = new AtomicInteger();
        var test = StreamTest.streamOf(events -> starts.getAndIncrement() == 0
                ? events.take(1)
                        .doOnNext(Received::release)
                        .thenMany(Flux.<String>error(new IllegalStateException("no")))
                : Flux.never());
        test.attach(retries(0, Duration.ofMillis(500)));
        test.source.offer("in");
        test.run();
        assertThat(where(test, "in").state()).isEqualTo(State.HANDED_BACK);
        assertThat(where(test, "in").dueMillis()).isEqualTo(500);

        test.advance(Duration.ofMillis(600));
        assertThat(where(test, "in").state()).isEqualTo(State.IN_LINE);
        assertThat(where(test, "in").detail())
                .isEqualTo("a stream failed: java.lang.IllegalStateException: no, it starts again after 1 s");
    }

    @Test
    void tellsWhichEventLikeItAnEventWaitsFor() {
        var twice = new TestDispatcher(function(code, 2, Duration.ofMinutes(1)));
        twice.attach(new TriggerSpec(
                "tr",
                "fn",
                "topic",
                twice.source,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.none("fn"),
                retries(0),
                twice.deadLetters,
                1,
                new TriggerLimits(
                        null,
                        TriggerLimits.UNLIMITED,
                        new RepeatPolicy(Duration.ofMinutes(10), List.of("subject"), 10, 1 << 20))));
        twice.source.offer("never-1");
        twice.source.offer("second");
        twice.run();

        var open = where(twice, "second");
        assertThat(open.state()).isEqualTo(State.BEHIND_LIKE);
        assertThat(open.detail()).isEqualTo("the same subject within 10 min");
        assertThat(open.head()).extracting(OpenEvent::event).isEqualTo("never-1");
        assertThat(open.tries()).isZero();
    }

    @Test
    void namesWhatHoldsAnEventByItsOrderAndNotByWhatStandsForIt() {
        var ordered = new TestDispatcher(function(code, 1, Duration.ofMinutes(1)));
        ordered.attach(Fixtures.trigger(
                "tr", ordered.source, Ordering.PARTITION, ordered.answers, retries(0), ordered.deadLetters, 1));
        ordered.source.offer("never-1", "ada", 3);
        ordered.source.offer("second", "bob", 3);
        ordered.run();
        assertThat(where(ordered, "second"))
                .extracting(OpenEvent::state, OpenEvent::key, OpenEvent::line)
                .containsExactly(State.BEHIND_KEY, "", "its partition 3");

        var windows = new TestDispatcher(function(
                        "fn", Fixtures.windowing(window -> Flux.never()), 1, Duration.ofMinutes(1), BatchPolicy.DEFAULT)
                .withWindow(new WindowPolicy(2, Duration.ofSeconds(10), "key", 10, false)));
        windows.attach(retries(0));
        windows.source.offer("first");
        windows.run();
        assertThat(where(windows, "first"))
                .extracting(OpenEvent::state, OpenEvent::key, OpenEvent::line)
                .containsExactly(State.GATHERING, "", "the window of events without its key");
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

    private static OpenEvent where(TestDispatcher test, String id) {
        var found = new AtomicReference<OpenEvent>();
        test.dispatcher.open(id).subscribe(open -> found.set(open.get(0)));
        test.run();
        return found.get();
    }

    private OpenEvent whereOrNull(String id) {
        var found = new AtomicReference<OpenEvent>();
        test.dispatcher.open(id).subscribe(open -> found.set(open.isEmpty() ? null : open.get(0)));
        test.run();
        return found.get();
    }
}
