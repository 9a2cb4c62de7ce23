package dev.sluice.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.OpenEvent.State;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The sentence of each outcome. */
class SentencesTest {
    private final List<JournalEntry> entries = new ArrayList<>();
    private @Nullable String topic = "orders";

    @Test
    void tellsOfADelivery() {
        add(Stage.RECEIVED, 0, "", "ada");
        add(Stage.ANSWERED, 1, "order-1:price-orders:1", "com.acme.invoice");
        ended(1, 1, 1);
        add(Stage.ACCEPTED, 1, "", "");

        assertEnd(
                Outcome.DELIVERED,
                "was delivered to price-orders: try 1 on instance 2 of node a took 12 ms,"
                        + " 1 answer order-1:price-orders:1 stored on invoices");
    }

    @Test
    void tellsOfADeliveryAfterFailuresWithManyAnswers() {
        add(Stage.FAILED, 1, "", "X: no");
        add(Stage.TIMED_OUT, 2, "", "TimedOut: late");
        for (var n = 1; n <= 5; n++) {
            add(Stage.ANSWERED, 3, "a:" + n, "com.acme.invoice");
        }
        ended(3, 70, 1);
        add(Stage.ACCEPTED, 3, "", "");

        assertEnd(
                Outcome.DELIVERED,
                "was delivered to price-orders: try 3 on instance 2 of node a took 12 ms, after 2 tries that did"
                        + " not end well (the last of them: TimedOut: late), 70 answers: a:1 stored on invoices, a:2"
                        + " stored on invoices, a:3 stored on invoices and 67 more");
    }

    @Test
    void tellsOfAFilterThatDoesNotWantIt() {
        add(Stage.RECEIVED, 0, "", "");
        add(Stage.FILTERED, 0, "", "type starts with \"com.acme.\" did not match: type is \"org.x\"");
        add(Stage.ACCEPTED, 0, "", "");

        assertEnd(
                Outcome.FILTERED,
                "was not delivered to price-orders: its filter type starts with \"com.acme.\" did not match:"
                        + " type is \"org.x\"");
    }

    @Test
    void tellsOfADeadLetter() {
        add(Stage.FAILED, 2, "", "X: no");
        add(Stage.GIVEN_UP, 2, "", "exhausted, X: no");
        add(Stage.DEAD_LETTERED, 2, "", "orders.dlq");
        add(Stage.ACCEPTED, 2, "", "");

        assertEnd(
                Outcome.DEAD_LETTERED,
                "was not delivered to price-orders: it was put aside on orders.dlq after 2 tries, exhausted, X: no");
    }

    @Test
    void tellsThatItWasDropped() {
        add(Stage.GIVEN_UP, 1, "", "rejected, Rejected: no");
        add(Stage.DROPPED, 1, "", "gone");
        add(Stage.ACCEPTED, 1, "", "");

        assertEnd(
                Outcome.DROPPED,
                "was not delivered to price-orders: it was given up after 1 try, rejected, Rejected: no; its dead letter"
                        + " could not be stored (gone), and on-dead-letter-failure: drop says to forget it then");
    }

    @Test
    void tellsThatItCameTwiceOrRunsInALoop() {
        add(Stage.DEDUPLICATED, 0, "", "the same source and id within 10 min");
        add(Stage.ACCEPTED, 0, "", "");
        assertEnd(
                Outcome.SKIPPED,
                "was not run by price-orders this time: an event like it was done before, of the same source and id"
                        + " within 10 min");

        entries.clear();
        add(Stage.LOOPED, 0, "", "");
        add(Stage.ACCEPTED, 0, "", "");
        assertEnd(
                Outcome.SKIPPED,
                "was not delivered to price-orders: it is the dead letter of a loop and came to a trigger again, which"
                        + " would be the next round");
    }

    @Test
    void tellsWhoseTheAnswersAreAndWhenTheyAreNotNamed() {
        add(Stage.ANSWERED, 1, "first:price-orders:1", "com.acme.invoice");
        ended(1, 1, 3);
        add(Stage.ACCEPTED, 1, "", "");
        assertEnd(
                Outcome.DELIVERED,
                "was delivered to price-orders: try 1 on instance 2 of node a took 12 ms, together with 2 more of its"
                        + " batch or window, 1 answer of them all: first:price-orders:1 stored on invoices");

        entries.clear();
        ended(1, 2, 1);
        add(Stage.ACCEPTED, 1, "", "");
        assertThat(end().clause()).endsWith(" took 12 ms, 2 answers, whose ids are not kept");

        entries.clear();
        ended(1, 0, 1);
        add(Stage.ACCEPTED, 1, "", "");
        assertThat(end().clause()).endsWith(" took 12 ms, no answer");

        entries.clear();
        ended(1, -1, 1);
        add(Stage.ACCEPTED, 1, "", "");
        assertThat(end().clause())
                .endsWith(" took 12 ms, whose answers, if any, go nowhere: the trigger names no topic for them");
    }

    @Test
    void tellsOfADeliveryToAStreamWithoutATryOfItsOwn() {
        add(Stage.HANDED, 1, "", "");
        add(Stage.TAKEN, 1, "", "");
        add(Stage.ACCEPTED, 1, "", "");

        assertEnd(
                Outcome.DELIVERED,
                "was delivered to price-orders: the stream on instance 2 of node a accepted it 12 ms after it got it;"
                        + " which answers come of one event, a stream does not say");
    }

    @Test
    void tellsOfADeadLetterWithoutATry() {
        add(Stage.GIVEN_UP, 0, "", "expired, Expired: late");
        add(Stage.DEAD_LETTERED, 0, "", "orders.dlq");
        add(Stage.ACCEPTED, 0, "", "");

        assertThat(end().clause()).endsWith("was put aside on orders.dlq without a try, expired, Expired: late");
    }

    @Test
    void tellsEachVisitOfAnEventThatCameAgain() {
        entries.add(entry(Stage.RECEIVED, 0, "", "", 5, -1, 0));
        entries.add(entry(Stage.ENDED, 1, "", "", 5, 0, 1));
        entries.add(entry(Stage.ACCEPTED, 1, "", "", 5, -1, 0));
        entries.add(entry(Stage.RECEIVED, 0, "", "", 9, -1, 0));
        entries.add(entry(Stage.DEDUPLICATED, 0, "", "the same id within 1 min", 9, -1, 0));
        entries.add(entry(Stage.ACCEPTED, 0, "", "", 9, -1, 0));

        var visits = Visits.of(entries, "a", type -> "invoices");
        var last = visits.last().orElseThrow();
        assertThat(last.end().orElseThrow().outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(visits.before(last))
                .isEqualTo(
                        "; before that, at partition 3, offset 5, it was delivered to price-orders: try 1 on instance"
                                + " 2 of node a took 12 ms, no answer");
    }

    @Test
    void tellsThatItWentBack() {
        add(Stage.RELEASED, 0, "", "its partition 2 went elsewhere");

        assertThat(end().outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(end().clause())
                .startsWith("was given back by price-orders at ")
                .endsWith(": its partition 2 went elsewhere; whoever reads its partition next is given it again");
    }

    @Test
    void tellsWhatACallersWasTold() {
        topic = null;
        add(Stage.FAILED, 1, "", "Rejected: no");
        assertEnd(Outcome.REFUSED, "failed at price-orders, as its caller was told: Rejected: no");

        entries.clear();
        add(Stage.REFUSED, 0, "", "had no free slot");
        assertEnd(Outcome.REFUSED, "was not run at price-orders: had no free slot");
    }

    @Test
    void tellsWhatACallersWasToldThatWasNotRunOrWentAway() {
        topic = null;
        add(Stage.RELEASED, 0, "", "the engine is stopping");
        assertThat(end().outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(end().clause())
                .startsWith("was not run at price-orders at ")
                .endsWith(": the engine is stopping; its caller was told to come back");

        entries.clear();
        add(Stage.CALLER_GONE, 1, "", "");
        add(Stage.FAILED, 1, "", "Unavailable: lost its caller");
        assertEnd(Outcome.REFUSED, "was cancelled at price-orders: its caller went away while it ran");
        assertThat(Words.of(entry(Stage.ANSWERED, 1, "a", "t", 0, -1, 0)))
                .isEqualTo("answer a given to its caller, of type t");
    }

    @Test
    void tellsThatOnlyTheEndIsKept() {
        add(Stage.ACCEPTED, 1, "", "");

        assertThat(end().outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(end().clause()).endsWith("; what came before is not kept");
    }

    @Test
    void knowsNoEndOfWhatGoesOn() {
        add(Stage.RECEIVED, 0, "", "");
        add(Stage.FAILED, 1, "", "X: no");

        assertThat(new Past(entries, "a", type -> null).end()).isEmpty();
    }

    @Test
    void escapesWhatCouldMoveACursor() {
        add(Stage.FAILED, 1, "", "X: \u001b[2J\u202e");
        add(Stage.GIVEN_UP, 1, "", "rejected, X: \u001b[2J\u202e\n");
        add(Stage.DEAD_LETTERED, 1, "", "orders.dlq");
        add(Stage.ACCEPTED, 1, "", "");

        assertThat(end().clause()).endsWith("rejected, X: \\u001b[2J\\u202e\\u000a");
        assertThat(entries).allSatisfy(entry -> assertThat(Words.line(entry)).matches("\\P{Cntrl}*"));
    }

    @Test
    void saysWhatAnOpenEventWaitsFor() {
        assertThat(Live.clause(open(State.RUNNING, null)))
                .isEqualTo("is running at price-orders: try 3 on instance 2 since 4.2 s");
        assertThat(Live.clause(open(State.READY, null)))
                .isEqualTo("waits for its turn at price-orders since 4.2 s: all 16 slots are busy");
        assertThat(Live.clause(open(State.GATHERING, null)))
                .isEqualTo("waits at price-orders for more events of its batch or window");
        assertThat(Live.clause(open(State.BACK_OFF, null)))
                .isEqualTo("waits for its next try at price-orders: failed 3 times (TimedOut: late) and is tried again"
                        + " in 4.2 s, try 4 of 6");
        assertThat(Live.clause(open(State.RETRY_BUDGET, null)))
                .isEqualTo("waits for its next try at price-orders: failed 3 times (TimedOut: late) and is due, but"
                        + " fresh events go first: the retry budget is used up");
        assertThat(Live.clause(open(State.PARKED, null)))
                .isEqualTo("was not delivered to price-orders: it is parked, since its dead letter can't be stored;"
                        + " that is tried again in 4.2 s; its last error: TimedOut: late");
        assertThat(Live.clause(open(State.HANDED, null)))
                .isEqualTo("is in the hands of the stream of price-orders on instance 2 since 4.2 s, which has not"
                        + " settled it yet");
        assertThat(Live.clause(open(State.TAKEN, null)))
                .isEqualTo("was settled by the stream of price-orders on instance 2: what that emitted before is being"
                        + " stored");
        assertThat(Live.clause(open(State.HANDED_BACK, null)))
                .isEqualTo("was handed back by the stream of price-orders, which gets it again in 4.2 s");
        assertThat(Live.clause(open(State.IN_LINE, null)))
                .isEqualTo("waits for its stream at price-orders: it is the next in its line; its stream has not asked"
                        + " for more");
        assertThat(Live.clause(open(State.BEHIND_LIKE, open(State.RUNNING, null))))
                .isEqualTo("waits at price-orders until an event like it is done, of the same subject within 10 min:"
                        + " order-7, which runs since 4.2 s, try 3");
        assertThat(Live.clause(open(State.ZOMBIE, null))).contains("does not heed its cancel");
        assertThat(Live.clause(open(State.ANSWERING, null))).contains("its answers are being stored");
        assertThat(Live.clause(open(State.ACCEPTING, null))).contains("is being taken off its source");
        assertThat(Live.clause(open(State.DEAD_LETTERING, null))).contains("its dead letter is being stored");
    }

    @Test
    void saysWhoHoldsTheKey() {
        assertThat(Live.clause(open(State.BEHIND_KEY, open(State.BACK_OFF, null))))
                .isEqualTo("waits at price-orders: its key 'ada' is held by order-7, which failed 3 times (TimedOut:"
                        + " late) and is tried again in 4.2 s, try 4 of 6, and 1 more are before it");
        assertThat(Live.clause(open(State.BEHIND_KEY, open(State.RUNNING, null))))
                .contains("which runs since 4.2 s, try 3");
        assertThat(Live.outcome(open(State.BEHIND_KEY, null))).isEqualTo(Outcome.WAITING);
        assertThat(Live.outcome(open(State.PARKED, null))).isEqualTo(Outcome.PARKED);
        assertThat(Live.outcome(open(State.RUNNING, null))).isEqualTo(Outcome.RUNNING);
    }

    private static OpenEvent open(State state, @Nullable OpenEvent head) {
        return new OpenEvent(
                "order-7",
                "/shop",
                "price",
                "price-orders",
                state,
                "ada",
                "its key 'ada'",
                3,
                17,
                3,
                5,
                2,
                4_200,
                4_200,
                "TimedOut: late",
                head == null ? 0 : 2,
                head,
                switch (state) {
                    case READY -> "all 16 slots are busy";
                    case BEHIND_LIKE -> "the same subject within 10 min";
                    case IN_LINE -> "its stream has not asked for more";
                    default -> "";
                });
    }

    private void ended(int attempt, int answers, int events) {
        entries.add(entry(Stage.ENDED, attempt, "", "", 17, answers, events));
    }

    private void add(Stage stage, int attempt, String other, String text) {
        entries.add(entry(stage, attempt, other, text, 17, -1, 0));
    }

    private JournalEntry entry(
            Stage stage, int attempt, String other, String text, long offset, int answers, int events) {
        return new JournalEntry(
                entries.size(),
                0,
                stage,
                "order-1",
                "/shop",
                "price",
                "price-orders",
                topic,
                3,
                offset,
                attempt,
                2,
                TimeUnit.MILLISECONDS.toNanos(12),
                0,
                answers,
                events,
                other,
                text);
    }

    private Past.End end() {
        return new Past(entries, "a", type -> "invoices").end().orElseThrow();
    }

    private void assertEnd(Outcome outcome, String clause) {
        assertThat(end()).isEqualTo(new Past.End(outcome, clause));
    }
}
