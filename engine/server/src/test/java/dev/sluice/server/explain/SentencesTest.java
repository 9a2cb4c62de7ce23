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
        add(Stage.ENDED, 1, "", "");
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
        add(Stage.ENDED, 3, "", "");
        add(Stage.ACCEPTED, 3, "", "");

        assertEnd(
                Outcome.DELIVERED,
                "was delivered to price-orders: try 3 on instance 2 of node a took 12 ms, after 2 tries that failed"
                        + " (TimedOut: late), 5 answers: a:1 stored on invoices, a:2 stored on invoices, a:3 stored on"
                        + " invoices and 2 more");
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
                "was not delivered to price-orders: its dead letter could not be stored (gone), and"
                        + " on-dead-letter-failure: drop says to forget it then after 1 try, rejected, Rejected: no");
    }

    @Test
    void tellsThatItCameTwiceOrRunsInALoop() {
        add(Stage.DEDUPLICATED, 0, "", "within 10m");
        add(Stage.ACCEPTED, 0, "", "");
        assertEnd(Outcome.SKIPPED, "was not delivered to price-orders: not run: it came again, within 10m");

        entries.clear();
        add(Stage.LOOPED, 0, "", "");
        add(Stage.ACCEPTED, 0, "", "");
        assertEnd(
                Outcome.SKIPPED,
                "was not delivered to price-orders: not run: it is the dead letter of a loop, and came to a trigger"
                        + " again");
    }

    @Test
    void tellsThatItWentBack() {
        add(Stage.RELEASED, 0, "", "its partition 2 went elsewhere");

        assertThat(end().outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(end().clause())
                .startsWith("was given back by price-orders at ")
                .endsWith(": its partition 2 went elsewhere; whoever reads its partition is given it again");
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
    void tellsThatOnlyTheEndIsKept() {
        add(Stage.ACCEPTED, 1, "", "");

        assertThat(end().outcome()).isEqualTo(Outcome.TAKEN_OFF);
        assertThat(end().clause()).endsWith("; what came before is not kept any more");
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
                .isEqualTo("waits for a slot at price-orders since 4.2 s: all 16 slots are busy");
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
                state == State.READY ? "all 16 slots are busy" : "");
    }

    private void add(Stage stage, int attempt, String other, String text) {
        entries.add(new JournalEntry(
                entries.size(),
                0,
                stage,
                "order-1",
                "/shop",
                "price",
                "price-orders",
                topic,
                3,
                17,
                attempt,
                2,
                TimeUnit.MILLISECONDS.toNanos(12),
                0,
                other,
                text));
    }

    private Past.End end() {
        return new Past(entries, "a", type -> "invoices").end().orElseThrow();
    }

    private void assertEnd(Outcome outcome, String clause) {
        assertThat(end()).isEqualTo(new Past.End(outcome, clause));
    }
}
