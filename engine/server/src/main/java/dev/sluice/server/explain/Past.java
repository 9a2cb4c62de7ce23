package dev.sluice.server.explain;

import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import dev.sluice.server.explain.Explanation.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the journal's entries of one visit of an event to a trigger say of its end, in words.
 *
 * @param entries in the order in which they were made
 * @param node who made them
 * @param topicOf the topic that answers of a type go to; null when there is none
 */
record Past(List<JournalEntry> entries, String node, Function<String, @Nullable String> topicOf) {
    private static final int ANSWERS_SHOWN = 3;

    /** An end in a word, and what follows the event's name in a sentence. */
    record End(Outcome outcome, String clause) {}

    /** Whether it was an event of that place on its topic. */
    boolean isAt(int partition, long offset) {
        return !isCall()
                && entries.get(0).partition() == partition
                && entries.get(0).offset() == offset;
    }

    /** Whether it was a call, which is on no topic. */
    boolean isCall() {
        return entries.get(0).topic() == null;
    }

    /** Where it stood, as a clause. */
    String where() {
        var first = entries.get(0);
        return isCall() ? "as a call" : "at partition " + first.partition() + ", offset " + first.offset();
    }

    /** Whether the topic got an event later than it got this one, as far as places and clocks tell. */
    boolean isBefore(int partition, long offset, long arrivedMillis) {
        var first = entries.get(0);
        return first.partition() == partition
                ? first.offset() < offset
                : arrivedMillis == 0 || first.atMillis() <= arrivedMillis;
    }

    /** How it ended; empty when the entries tell of no end. */
    Optional<End> end() {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        var last = entries.get(entries.size() - 1);
        return switch (last.stage()) {
            case ACCEPTED -> accepted(last);
            case RELEASED -> Optional.of(new End(Outcome.RELEASED, released(last)));
            case REFUSED ->
                Optional.of(
                        new End(Outcome.REFUSED, "was not run at " + last.trigger() + ": " + Words.text(last.text())));
            case FAILED, TIMED_OUT ->
                isCall() ? Optional.of(new End(Outcome.REFUSED, failedCall(last))) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private String released(JournalEntry last) {
        var why = Words.time(last.atMillis()) + ": " + Words.text(last.text());
        return isCall()
                ? "was not run at " + last.trigger() + " at " + why + "; its caller was told to come back"
                : "was given back by " + last.trigger() + " at " + why
                        + "; whoever reads its partition next is given it again";
    }

    private String failedCall(JournalEntry last) {
        return entries.stream().anyMatch(entry -> entry.stage() == Stage.CALLER_GONE)
                ? "was cancelled at " + last.trigger() + ": its caller went away while it ran"
                : "failed at " + last.trigger() + ", as its caller was told: " + Words.text(last.text());
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
                        + "; what came before is not kept"));
    }

    private Optional<End> decided(JournalEntry entry) {
        var not = "was not delivered to " + entry.trigger() + ": ";
        var text = Words.text(entry.text());
        return switch (entry.stage()) {
            case ENDED -> Optional.of(new End(Outcome.DELIVERED, delivered(entry)));
            case TAKEN -> Optional.of(new End(Outcome.DELIVERED, taken(entry)));
            case FILTERED, FILTER_ERROR -> Optional.of(new End(Outcome.FILTERED, not + "its filter " + text));
            case DEAD_LETTERED ->
                Optional.of(new End(Outcome.DEAD_LETTERED, not + "it was put aside on " + text + givenUp()));
            case DROPPED ->
                Optional.of(new End(
                        Outcome.DROPPED,
                        not + "it was given up" + givenUp() + "; its dead letter could not be stored (" + text
                                + "), and on-dead-letter-failure: drop says to forget it then"));
            case LOOPED ->
                Optional.of(new End(
                        Outcome.SKIPPED,
                        not + "it is the dead letter of a loop and came to a trigger again, which would be the next"
                                + " round"));
            case DEDUPLICATED ->
                Optional.of(new End(
                        Outcome.SKIPPED,
                        "was not run by " + entry.trigger() + " this time: an event like it was done before"
                                + in(text)));
            default -> Optional.empty();
        };
    }

    private static String in(String text) {
        return text.isEmpty() ? "" : ", of " + text;
    }

    private String delivered(JournalEntry ended) {
        var others = ended.events() - 1;
        return "was delivered to " + ended.trigger() + ": try " + ended.attempt() + " on instance " + ended.instance()
                + " of node " + node + " took " + Words.span(ended.nanos())
                + (others > 0 ? ", together with " + others + " more of its batch or window" : "")
                + failedBefore(ended) + ", " + answers(ended);
    }

    private String taken(JournalEntry taken) {
        return "was delivered to " + taken.trigger() + ": the stream on instance " + taken.instance() + " of node "
                + node + " accepted it " + Words.span(taken.nanos())
                + " after it got it; which answers come of one event, a stream does not say";
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
                : ", after " + Words.tries(failed.attempt()) + " that did not end well (the last of them: "
                        + Words.text(failed.text()) + ")";
    }

    private String answers(JournalEntry ended) {
        var count = ended.answers();
        if (count < 0) {
            return "whose answers, if any, go nowhere: the trigger names no topic for them";
        }
        if (count == 0) {
            return "no answer";
        }
        var of = ended.events() > 1 ? " of them all" : "";
        var known = entries.stream()
                .filter(entry -> entry.stage() == Stage.ANSWERED && entry.attempt() == ended.attempt())
                .limit(ANSWERS_SHOWN)
                .map(answer -> Words.id(answer.other()) + stored(answer))
                .toList();
        var number = (count == 1 ? "1 answer" : count + " answers") + of;
        if (known.isEmpty()) {
            return number + (count == 1 ? ", whose id is not kept" : ", whose ids are not kept");
        }
        var more = count - known.size();
        return number
                + (count == 1 && of.isEmpty() ? " " : ": ")
                + String.join(", ", known)
                + (more > 0 ? " and " + more + " more" : "");
    }

    private String stored(JournalEntry answer) {
        if (answer.topic() == null) {
            return " given to its caller";
        }
        var topic = topicOf.apply(answer.text());
        return topic == null ? "" : " stored on " + topic;
    }

    private String givenUp() {
        for (var i = entries.size() - 1; i >= 0; i--) {
            var entry = entries.get(i);
            if (entry.stage() == Stage.GIVEN_UP) {
                return " " + Words.afterTries(entry.attempt()) + ", " + Words.text(entry.text());
            }
        }
        return "";
    }
}
