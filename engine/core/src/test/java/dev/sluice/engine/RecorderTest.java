package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.batching;
import static dev.sluice.engine.Fixtures.calls;
import static dev.sluice.engine.Fixtures.event;
import static dev.sluice.engine.Fixtures.filter;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.broker.Intake.Admission;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.FilterVerdict;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.engine.DeliveryPolicy.DeadLetterFailure;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.BatchResult;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the journal is told of an event, way by way. */
class RecorderTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final FunctionCode code = reactive(text -> switch (text.split("-", 2)[0]) {
        case "reject" -> Mono.error(new FunctionException.Rejected("no"));
        case "bad" -> Mono.error(new IllegalStateException("no"));
        case "never" -> Flux.never();
        case "two" -> Flux.just("a", "b");
        default -> Mono.just(text);
    });

    private final TestDispatcher test = new TestDispatcher(function(code, 1, TIMEOUT));

    @Test
    void tellsTheWholeWayOfAnEventThatIsDelivered() {
        test.attach(retries(0));
        test.source.offer("two-1", "ada", 3);
        test.run();

        assertThat(stages("two-1"))
                .containsExactly(Stage.RECEIVED, Stage.ANSWERED, Stage.ANSWERED, Stage.ENDED, Stage.ACCEPTED);
        assertThat(entries("two-1").get(0))
                .extracting(JournalEntry::text, JournalEntry::topic, JournalEntry::partition, JournalEntry::trigger)
                .containsExactly("ada", "topic", 3, "tr");
        assertThat(entries("two-1"))
                .filteredOn(entry -> entry.stage() == Stage.ANSWERED)
                .extracting(JournalEntry::other)
                .containsExactly("two-1:tr:1", "two-1:tr:2");
        assertThat(entries("two-1").get(3))
                .extracting(JournalEntry::attempt, JournalEntry::instance)
                .containsExactly(1, 1);
    }

    @Test
    void tellsWhatAnEventWaitedForBehindItsKeyAndForASlot() {
        test.attach(retries(1, Duration.ofSeconds(5)));
        test.source.offer("bad-1", "ada");
        test.source.offer("second", "ada");
        test.advance(Duration.ofSeconds(6));

        var blocked = entries("second").get(1);
        assertThat(blocked.stage()).isEqualTo(Stage.BLOCKED);
        assertThat(blocked.other()).isEqualTo("bad-1");
        assertThat(blocked.text()).isEqualTo("its key 'ada'");
    }

    @Test
    void tellsEachTryOfAnEventThatFailsAndItsDeadLetter() {
        test.attach(retries(1, Duration.ofSeconds(5)));
        test.source.offer("bad-1");
        test.advance(Duration.ofSeconds(6));

        assertThat(stages("bad-1"))
                .containsExactly(
                        Stage.RECEIVED,
                        Stage.FAILED,
                        Stage.RETRY,
                        Stage.FAILED,
                        Stage.GIVEN_UP,
                        Stage.DEAD_LETTERED,
                        Stage.ACCEPTED);
        assertThat(entries("bad-1").get(2).nanos())
                .isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(entries("bad-1").get(3).attempt()).isEqualTo(2);
        assertThat(entries("bad-1").get(4).text()).isEqualTo("exhausted, java.lang.IllegalStateException: no");
        assertThat(entries("bad-1").get(5).text()).isEqualTo("sink");
    }

    @Test
    void tellsOfAFailureAlsoWhenTheEventWasNotChosen() {
        var unchosen = new TestDispatcher(function(code, 1, TIMEOUT).withSample(0));
        unchosen.attach(retries(0));
        unchosen.source.offer("good");
        unchosen.source.offer("reject-1");
        unchosen.run();

        assertThat(unchosen.shared.journal().find(entry -> true))
                .extracting(JournalEntry::event, JournalEntry::stage)
                .containsExactly(
                        tuple("reject-1", Stage.FAILED),
                        tuple("reject-1", Stage.GIVEN_UP),
                        tuple("reject-1", Stage.DEAD_LETTERED),
                        tuple("reject-1", Stage.ACCEPTED));
    }

    @Test
    void tellsThatATryRanPastItsDeadline() {
        test.attach(retries(0));
        test.source.offer("never-1");
        test.advance(TIMEOUT);

        assertThat(stages("never-1")).contains(Stage.TIMED_OUT, Stage.DEAD_LETTERED);
        assertThat(entries("never-1").get(1).nanos()).isEqualTo(TIMEOUT.toNanos());
    }

    @Test
    void tellsWhyTheFilterDoesNotWantAnEvent() {
        test.attach(filtered(test, Filters.compile(List.of(Map.of("exact", Map.of("type", "other"))))));
        test.source.offer("in");
        test.run();

        assertThat(stages("in")).containsExactly(Stage.RECEIVED, Stage.FILTERED, Stage.ACCEPTED);
        assertThat(entries("in").get(1).text()).isEqualTo("type is \"other\" did not match: type is \"test\"");
    }

    @Test
    void tellsOfEveryFilterErrorUpToAHundredASecond() {
        var unchosen = new TestDispatcher(function(code, 1, TIMEOUT).withSample(0));
        unchosen.attach(filtered(unchosen, Filters.compile(List.of(Map.of("cesql", "region = 'eu'")))));
        for (var i = 0; i < 300; i++) {
            unchosen.source.offer("e" + i);
            unchosen.run();
        }
        unchosen.advance(Duration.ofSeconds(1));
        unchosen.source.offer("later");
        unchosen.run();

        var errors = unchosen.shared.journal().find(entry -> entry.stage() == Stage.FILTER_ERROR);
        assertThat(errors).hasSize(101);
        assertThat(errors.get(100).event()).isEqualTo("later");
        assertThat(errors.get(0).text()).endsWith("could not be judged: at character 1: the event has no region");
    }

    @Test
    void asksTheFilterWhyOfAHundredChosenEventsASecondAndTellsOfTheOthersWhatItIs() {
        var asked = new AtomicInteger();
        var chosen = new TestDispatcher(function(code, 1, TIMEOUT).withSample(1));
        chosen.attach(filtered(chosen, new EventFilter() {
            @Override
            public boolean test(CloudEvent event) {
                return false;
            }

            @Override
            public FilterVerdict explain(CloudEvent event) {
                asked.incrementAndGet();
                return new FilterVerdict(false, describe(), "it never is", false);
            }

            @Override
            public String describe() {
                return "never";
            }
        }));
        for (var i = 0; i < 101; i++) {
            chosen.source.offer("e" + i);
            chosen.run();
        }
        assertThat(asked).hasValue(100);
        var told = chosen.shared.journal().find(entry -> entry.stage() == Stage.FILTERED);
        assertThat(told).hasSize(101);
        assertThat(told.get(99).text()).isEqualTo("never did not match: it never is");
        assertThat(told.get(100).text()).isEqualTo("never did not match: why is told of 100 events a second");

        chosen.advance(Duration.ofSeconds(1));
        chosen.source.offer("later");
        chosen.run();
        assertThat(asked).hasValue(101);
    }

    @Test
    void tellsThatADeadLetterIsNotStored() {
        test.deadLetters.failing(new IllegalStateException("gone"));
        test.attach(retries(0));
        test.source.offer("bad-1");
        test.run();

        assertThat(stages("bad-1")).endsWith(Stage.GIVEN_UP, Stage.PARKED);
        assertThat(entries("bad-1").get(3).text()).isEqualTo("java.lang.IllegalStateException: gone");
    }

    @Test
    void tellsThatAnEventIsDropped() {
        test.deadLetters.failing(new IllegalStateException("gone"));
        test.attach(when(retries(0), DeadLetterFailure.DROP));
        test.source.offer("bad-1");
        test.run();

        assertThat(stages("bad-1")).endsWith(Stage.GIVEN_UP, Stage.DROPPED, Stage.ACCEPTED);
    }

    @Test
    void tellsWhyAnEventIsGivenBack() {
        test.attach(retries(0));
        test.source.offer("never-1", "a", 1);
        test.source.offer("waits", "b", 2);
        test.run();
        test.source.revoke(2, () -> {});
        test.run();

        assertThat(stages("waits")).endsWith(Stage.RELEASED);
        assertThat(entries("waits").get(1).text()).isEqualTo("this node reads its partition 2 no more");
    }

    @Test
    void tellsThatAnAcceptanceIsAskedForAgain() {
        test.attach(retries(0));
        test.source.offer("in").acceptFailures.set(1);
        test.advance(Duration.ofSeconds(1));

        assertThat(stages("in")).endsWith(Stage.ENDED, Stage.ACCEPT_FAILED, Stage.ACCEPTED);
    }

    @Test
    void tellsThatATryIsTakenBackWithItsBatch() {
        var runs = new ArrayList<List<String>>();
        var batches = batching(texts -> {
            runs.add(List.copyOf(texts));
            if (texts.contains("bad")) {
                throw new IllegalStateException("no");
            }
            return BatchResult.DONE;
        });
        var test = new TestDispatcher(function("fn", batches, 1, TIMEOUT, new BatchPolicy(2, Duration.ofSeconds(1))));
        test.attach(retries(0));
        test.source.offer("good");
        test.source.offer("bad");
        test.advance(Duration.ofSeconds(5));

        assertThat(test.shared.journal().find(entry -> entry.isOf("good")))
                .extracting(JournalEntry::stage)
                .containsExactly(Stage.RECEIVED, Stage.TAKEN_BACK, Stage.ENDED, Stage.ACCEPTED);
        assertThat(runs).hasSize(3);
    }

    @Test
    void tellsOfCallsWhatTheirCallersWereTold() {
        var pipeline = test.attach(calls(filter(event -> true)));
        test.dispatcher.submit(pipeline, new FakeCall("two-1"));
        test.dispatcher.submit(pipeline, new FakeCall("reject-1"));
        test.dispatcher.submit(pipeline, new FakeCall("never-1"));
        test.dispatcher.submit(pipeline, new FakeCall(event("waits"), Duration.ofSeconds(3)));
        test.advance(Duration.ofSeconds(4));

        assertThat(stages("two-1"))
                .containsExactly(Stage.RECEIVED, Stage.ANSWERED, Stage.ANSWERED, Stage.ENDED, Stage.ACCEPTED);
        assertThat(stages("reject-1")).containsExactly(Stage.RECEIVED, Stage.FAILED);
        assertThat(stages("waits")).containsExactly(Stage.RECEIVED, Stage.REFUSED);
        assertThat(entries("waits").get(1).text()).contains("had no free slot for 3000 ms");
    }

    @Test
    void keepsWhatTheVersionThatRunsSays() {
        test.attach(retries(0));
        test.source.offer("one");
        test.run();
        test.dispatcher.redeploy(function(code, 1, TIMEOUT).withSample(0)).subscribe();
        test.run();
        test.source.offer("two");
        test.run();

        assertThat(stages("one")).isNotEmpty();
        assertThat(stages("two")).isEmpty();
    }

    @Test
    void tellsHowManyAnswersAnEventAloneHadAndThatTheyGoNowhere() {
        test.attach(retries(0));
        test.source.offer("two-1");
        test.run();
        var nowhere = new TestDispatcher(function(code, 1, TIMEOUT));
        nowhere.attach(filtered(nowhere, EventFilter.PASS));
        nowhere.source.offer("two-1");
        nowhere.run();

        assertThat(entries("two-1").get(3))
                .extracting(JournalEntry::stage, JournalEntry::answers, JournalEntry::events)
                .containsExactly(Stage.ENDED, 2, 1);
        assertThat(nowhere.shared.journal().find(entry -> entry.stage() == Stage.ENDED))
                .extracting(JournalEntry::answers)
                .containsExactly(-1);
    }

    @Test
    void tellsThatTheCallerOfARunIsGone() {
        var pipeline = test.attach(calls(filter(event -> true)));
        var admitted = (Admission.Admitted) test.dispatcher.submit(pipeline, new FakeCall("never-1"));
        test.run();
        admitted.cancel();
        test.run();

        assertThat(stages("never-1")).contains(Stage.CALLER_GONE);
    }

    private static TriggerSpec filtered(TestDispatcher test, EventFilter filter) {
        return new TriggerSpec(
                "tr",
                "fn",
                "topic",
                test.source,
                Ordering.KEY,
                filter,
                AnswerPolicy.none("fn"),
                DeliveryPolicy.DEFAULT,
                test.deadLetters,
                1);
    }

    private List<JournalEntry> entries(String id) {
        return test.shared.journal().find(entry -> entry.isOf(id));
    }

    private List<Stage> stages(String id) {
        return entries(id).stream().map(JournalEntry::stage).toList();
    }
}
