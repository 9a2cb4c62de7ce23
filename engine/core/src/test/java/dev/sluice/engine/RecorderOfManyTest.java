package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static dev.sluice.engine.Fixtures.windowing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import dev.sluice.function.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** What the journal is told of events that run with others: in windows, in streams, and after one like them. */
class RecorderOfManyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final FunctionCode CODE =
            reactive(text -> text.startsWith("never") ? Flux.never() : Flux.just(text));

    // ---- batches and windows

    @Test
    void tellsTheAnswersOfAWindowToEachOfItsEvents() {
        var test = windows(WindowPolicy.DEFAULT.with(3, Duration.ofSeconds(1)), texts -> Flux.just("x", "y"));
        test.attach(retries(0));
        List.of("a", "b", "c").forEach(test.source::offer);
        test.run();

        for (var id : List.of("a", "b", "c")) {
            var entries = test.shared.journal().find(entry -> entry.isOf(id));
            assertThat(entries)
                    .extracting(JournalEntry::stage)
                    .containsExactly(Stage.RECEIVED, Stage.ANSWERED, Stage.ANSWERED, Stage.ENDED, Stage.ACCEPTED);
            assertThat(entries.subList(1, 3)).extracting(JournalEntry::other).containsExactly("a:tr:1", "a:tr:2");
        }
    }

    @Test
    void doesNotCallAnEventBlockedWhoseWindowIsOpen() {
        var policy = new WindowPolicy(2, Duration.ofSeconds(10), "key", 10, false);
        var test = windows(policy, texts -> Flux.never());
        test.attach(retries(0));
        test.source.offer("first", "ada");
        test.run();
        test.source.offer("second", "ada");
        test.run();
        test.source.offer("third", "ada");
        test.run();

        assertThat(test.shared.journal().find(entry -> entry.stage() == Stage.BLOCKED))
                .extracting(JournalEntry::event, JournalEntry::other, JournalEntry::text)
                .containsExactly(tuple("third", "first", "its key 'ada'"));
    }

    @Test
    void describesTheErrorOfAFailedWindowOnce() {
        var described = new AtomicInteger();
        var policy = new WindowPolicy(3, Duration.ofSeconds(1), null, 10, false);
        var test = windows(
                policy,
                texts -> Flux.error(new IllegalStateException() {
                    @Override
                    public String getMessage() {
                        described.incrementAndGet();
                        return "no";
                    }
                }));
        test.attach(retries(1, Duration.ofSeconds(1)));
        List.of("warm-1", "warm-2", "warm-3").forEach(test.source::offer);
        test.run();
        // What was described for the log is told once a minute at most.
        described.set(0);
        test.advance(Duration.ofSeconds(5));

        assertThat(test.deadLetters.stored).hasSize(3);
        assertThat(described).hasValue(1);
    }

    @Test
    void tellsNothingMoreOfAnEventThatWentElsewhere() {
        var test = windows(WindowPolicy.DEFAULT.with(2, Duration.ofSeconds(1)), texts -> Flux.never());
        test.attach(retries(0));
        var lost = test.source.offer("lost", "a", 1);
        var left = test.source.offer("left", "b", 2);
        test.run();
        assertThat(lost.triesBefore()).isEqualTo(1);
        test.source.revoke(1, Duration.ofSeconds(1), () -> {});
        test.advance(Duration.ofSeconds(2));

        assertThat(lost.state()).isEqualTo(FakeSource.State.RELEASED);
        assertThat(lost.triesBefore()).isZero();
        assertThat(left.triesBefore()).isEqualTo(1);
        assertThat(test.shared.journal().find(entry -> entry.isOf("lost")))
                .extracting(JournalEntry::stage)
                .containsExactly(Stage.RECEIVED, Stage.RELEASED);
    }

    @Test
    void boundsHowOftenTheAnswersOfAWindowAreToldAndSaysHowManyThereWere() {
        var events = 100;
        var answers = IntStream.range(0, 70).mapToObj(n -> "x" + n).toList();
        var test = new TestDispatcher(function(
                        "fn",
                        windowing(window -> window.thenMany(Flux.fromIterable(answers))),
                        2,
                        TIMEOUT,
                        BatchPolicy.DEFAULT)
                .withSample(1)
                .withWindow(WindowPolicy.DEFAULT.with(events, Duration.ofSeconds(1))));
        test.attach(retries(0));
        IntStream.range(0, events).forEach(i -> test.source.offer("e" + i));
        test.run();

        var journal = test.shared.journal();
        assertThat(journal.find(entry -> entry.stage() == Stage.ANSWERED)).hasSize(Recorder.TOLD_OF_A_TRY_MAX);
        assertThat(journal.find(entry -> entry.stage() == Stage.ENDED))
                .hasSize(events)
                .allSatisfy(entry ->
                        assertThat(List.of(entry.answers(), entry.events())).containsExactly(answers.size(), events));
    }

    // ---- streams

    @Test
    void tellsWhatAStreamDoesWithAnEvent() {
        var received = new ArrayList<Received<String>>();
        var test = StreamTest.streamOf(events -> events.doOnNext(received::add).thenMany(Flux.<String>empty()));
        test.attach(retries(0, Duration.ofSeconds(2)));
        test.source.offer("in");
        test.run();
        received.get(0).release();
        test.advance(Duration.ofSeconds(3));
        received.get(1).accept();
        test.run();

        var entries = test.shared.journal().find(entry -> entry.isOf("in"));
        assertThat(entries)
                .extracting(JournalEntry::stage, JournalEntry::attempt, JournalEntry::instance)
                .containsExactly(
                        tuple(Stage.RECEIVED, 0, 0),
                        tuple(Stage.HANDED, 1, 1),
                        tuple(Stage.HANDED_BACK, 1, 1),
                        tuple(Stage.HANDED, 1, 1),
                        tuple(Stage.TAKEN, 1, 1),
                        tuple(Stage.ACCEPTED, 1, 0));
        assertThat(entries.get(2).nanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(entries.get(4).nanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void tellsThatAStreamEndedAndHadNotSettledAnEvent() {
        var test = StreamTest.streamOf(
                events -> events.take(1).concatMap(event -> Flux.<String>error(new IllegalStateException("no"))));
        test.attach(retries(0));
        test.source.offer("in");
        test.run();

        var entries = test.shared.journal().find(entry -> entry.isOf("in"));
        assertThat(entries)
                .extracting(JournalEntry::stage)
                .containsExactly(Stage.RECEIVED, Stage.HANDED, Stage.TAKEN_BACK);
        assertThat(entries.get(2).text())
                .isEqualTo("its stream ended and had not settled it: java.lang.IllegalStateException: no");
    }

    // ---- repeats

    @Test
    void tellsWhatMakesARepeatOneAndWhichEventItWaitsFor() {
        var test = new TestDispatcher(function(CODE, 2, TIMEOUT));
        test.attach(new TriggerSpec(
                "tr",
                "fn",
                "topic",
                test.source,
                Ordering.KEY,
                EventFilter.PASS,
                AnswerPolicy.none("fn"),
                retries(0),
                test.deadLetters,
                1,
                new TriggerLimits(
                        null,
                        TriggerLimits.UNLIMITED,
                        new RepeatPolicy(Duration.ofMinutes(10), RepeatPolicy.SOURCE_AND_ID, 10, 1 << 20))));
        test.source.offer("never-1");
        test.source.offer("never-1");
        test.source.offer("in");
        test.run();
        test.source.offer("in");
        test.run();

        assertThat(test.shared.journal().find(entry -> entry.stage() == Stage.BEHIND_LIKE))
                .extracting(JournalEntry::offset, JournalEntry::other, JournalEntry::text)
                .containsExactly(tuple(1L, "never-1", "the same source and id within 10 min"));
        assertThat(test.shared.journal().find(entry -> entry.stage() == Stage.DEDUPLICATED))
                .extracting(JournalEntry::offset, JournalEntry::text)
                .containsExactly(tuple(3L, "the same source and id within 10 min"));
    }

    private static TestDispatcher windows(WindowPolicy policy, Function<List<String>, Flux<String>> handler) {
        var code = windowing(window -> window.collectList().flatMapMany(handler));
        return new TestDispatcher(
                function("fn", code, 2, TIMEOUT, BatchPolicy.DEFAULT).withWindow(policy));
    }
}
