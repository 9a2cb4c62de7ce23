package dev.sluice.server.explain;

import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the journal's entries of one event at one trigger say of its end, in words.
 *
 * @param entries in the order in which they were made
 * @param node who made them
 * @param topicOf the topic that answers of a type go to; null when there is none
 */
record Past(List<JournalEntry> entries, String node, Function<String, @Nullable String> topicOf) {
    private static final int ANSWERS_SHOWN = 3;

    /** An end in a word, and what follows the event's name in a sentence. */
    record End(Outcome outcome, String clause) {}

    /** How it ended; empty when the entries tell of no end. */
    Optional<End> end() {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        var last = entries.get(entries.size() - 1);
        return switch (last.stage()) {
            case ACCEPTED -> accepted(last);
            case RELEASED ->
                Optional.of(new End(
                        Outcome.RELEASED,
                        "was given back by " + last.trigger() + " at " + Words.time(last.atMillis()) + ": "
                                + Words.text(last.text()) + "; whoever reads its partition is given it again"));
            case REFUSED ->
                Optional.of(
                        new End(Outcome.REFUSED, "was not run at " + last.trigger() + ": " + Words.text(last.text())));
            case FAILED, TIMED_OUT ->
                last.topic() != null
                        ? Optional.empty()
                        : Optional.of(new End(
                                Outcome.REFUSED,
                                "failed at " + last.trigger() + ", as its caller was told: "
                                        + Words.text(last.text())));
            default -> Optional.empty();
        };
    }

    /** What decided that it was taken off: the last entry before that says so. */
    private Optional<End> accepted(JournalEntry accepted) {
        for (var i = entries.size() - 2; i >= 0; i--) {
            var decided = decided(entries.get(i));
            if (decided.isPresent()) {
                return decided;
            }
        }
        return Optional.of(new End(
                Outcome.TAKEN_OFF,
                "was taken off by " + accepted.trigger() + " at " + Words.time(accepted.atMillis())
                        + "; what came before is not kept any more"));
    }

    private Optional<End> decided(JournalEntry entry) {
        var not = "was not delivered to " + entry.trigger() + ": ";
        var text = Words.text(entry.text());
        return switch (entry.stage()) {
            case ENDED -> Optional.of(new End(Outcome.DELIVERED, delivered(entry)));
            case FILTERED, FILTER_ERROR -> Optional.of(new End(Outcome.FILTERED, not + "its filter " + text));
            case DEAD_LETTERED -> Optional.of(new End(Outcome.DEAD_LETTERED, not + letter(text)));
            case DROPPED ->
                Optional.of(new End(
                        Outcome.DROPPED,
                        not + "its dead letter could not be stored (" + text
                                + "), and on-dead-letter-failure: drop says to forget it then" + givenUp()));
            case LOOPED, DEDUPLICATED -> Optional.of(new End(Outcome.SKIPPED, not + Words.of(entry)));
            default -> Optional.empty();
        };
    }

    private String delivered(JournalEntry ended) {
        var run = "was delivered to " + ended.trigger() + ": try " + ended.attempt() + " on instance "
                + ended.instance() + " of node " + node + " took " + Words.span(ended.nanos());
        return run + failedBefore(ended) + ", " + answers(ended);
    }

    private String failedBefore(JournalEntry ended) {
        JournalEntry failed = null;
        for (var entry : entries) {
            if (entry.sequence() < ended.sequence()
                    && (entry.stage() == Stage.FAILED || entry.stage() == Stage.TIMED_OUT)) {
                failed = entry;
            }
        }
        return failed == null
                ? ""
                : ", after " + Words.tries(failed.attempt()) + " that failed (" + Words.text(failed.text()) + ")";
    }

    private String answers(JournalEntry ended) {
        var answers = entries.stream()
                .filter(entry -> entry.stage() == Stage.ANSWERED && entry.attempt() == ended.attempt())
                .toList();
        if (answers.isEmpty()) {
            return "no answer";
        }
        var shown = answers.stream()
                .limit(ANSWERS_SHOWN)
                .map(answer -> Words.id(answer.other()) + stored(answer))
                .toList();
        var more = answers.size() - shown.size();
        return (answers.size() == 1 ? "1 answer " : answers.size() + " answers: ")
                + String.join(", ", shown)
                + (more > 0 ? " and " + more + " more" : "");
    }

    private String stored(JournalEntry answer) {
        if (answer.topic() == null) {
            return " given to its caller";
        }
        var topic = topicOf.apply(answer.text());
        return topic == null ? "" : " stored on " + topic;
    }

    private String letter(String topic) {
        return "it was put aside on " + topic + givenUp();
    }

    private String givenUp() {
        for (var i = entries.size() - 1; i >= 0; i--) {
            var entry = entries.get(i);
            if (entry.stage() == Stage.GIVEN_UP) {
                return " after " + Words.tries(entry.attempt()) + ", " + Words.text(entry.text());
            }
        }
        return "";
    }
}
