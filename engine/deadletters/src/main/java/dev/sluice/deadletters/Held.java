package dev.sluice.deadletters;

import dev.sluice.broker.StoredEvent;
import io.cloudevents.CloudEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event that the function was called with, and how its answers do against those that stand. An answer that the engine
 * named, {@code <input id>:<trigger>:<n>}, stands against the one of that number; one that the function named against the
 * one of its id, or else of its turn. Of an answer that stands twice the last counts. Not safe for several threads.
 */
final class Held {
    private static final int DETAILS_MAX = 10;
    private static final int OVERHEAD = 400;

    private final String place;
    private final String id;
    private final Instant arrived;
    private final String prefix;
    private final List<Made> made = new ArrayList<>();
    private final @Nullable String failure;
    private final int sizeBytes;
    private int missing;
    private @Nullable String firstMissing;

    private static final class Made {
        private final CloudEvent answer;
        /** What it would be called as an answer of the trigger, and its type then. */
        private final String id;

        private final String type;
        /** The id of what stands against it; null while nothing does. */
        private @Nullable String against;

        private List<String> differences = List.of();

        private Made(CloudEvent answer, String id, String type) {
            this.answer = answer;
            this.id = id;
            this.type = type;
        }
    }

    Held(StoredEvent event, CompareCall.Outcome outcome, CompareOrder order) {
        this.place = Places.of(event);
        this.id = event.event().getId();
        this.arrived = event.arrived();
        this.prefix = id + ":" + order.trigger() + ":";
        this.failure = outcome.failure();
        this.sizeBytes = OVERHEAD + outcome.sizeBytes();
        var ofCall = id + ":" + order.function() + ":";
        for (var answer : outcome.answers()) {
            var name = answer.getId();
            made.add(
                    name.startsWith(ofCall)
                            ? new Made(answer, prefix + name.substring(ofCall.length()), order.answerType())
                            : new Made(answer, name, answer.getType()));
        }
    }

    String place() {
        return place;
    }

    String id() {
        return id;
    }

    Instant arrived() {
        return arrived;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** Takes an answer that stands and is one to this event. */
    void stands(CloudEvent answer) {
        if (failure != null) {
            return;
        }
        var against = against(answer.getId());
        if (against != null) {
            against.against = answer.getId();
            against.differences = Differences.between(answer, against.answer, against.type);
        } else if (!isAnotherTriggers(answer.getId())) {
            missing++;
            firstMissing = firstMissing == null ? answer.getId() : firstMissing;
        }
    }

    private @Nullable Made against(String answerId) {
        Made turn = null;
        for (var one : made) {
            if (one.id.equals(answerId) || answerId.equals(one.against)) {
                return one;
            }
            if (turn == null && one.against == null && !one.id.startsWith(prefix)) {
                turn = one;
            }
        }
        return isNamedByAnEngine(answerId) ? null : turn;
    }

    private boolean isNamedByAnEngine(String answerId) {
        return answerId.startsWith(id + ":");
    }

    private boolean isAnotherTriggers(String answerId) {
        return isNamedByAnEngine(answerId) && !answerId.startsWith(prefix);
    }

    Tally.Verdict verdict() {
        if (failure != null) {
            return Tally.Verdict.FAILED;
        }
        if (made.stream().anyMatch(one -> !one.differences.isEmpty())) {
            return Tally.Verdict.DIFFERENT;
        }
        if (missing > 0) {
            return Tally.Verdict.MISSING;
        }
        return made.stream().anyMatch(one -> one.against == null) ? Tally.Verdict.EXTRA : Tally.Verdict.SAME;
    }

    /** What is not the same, in words. */
    List<String> details() {
        if (failure != null) {
            return List.of(Differences.shortened(failure));
        }
        var details = new ArrayList<String>();
        for (var n = 0; n < made.size() && details.size() < DETAILS_MAX; n++) {
            var name = "answer " + (n + 1) + ": ";
            var one = made.get(n);
            if (one.against == null) {
                details.add(name + "none stands");
            }
            one.differences.forEach(difference -> details.add(name + difference));
        }
        if (missing > 0) {
            details.add(missing + " more stand" + (missing == 1 ? "s" : "") + ", as "
                    + Differences.shortened(String.valueOf(firstMissing)));
        }
        return details.size() <= DETAILS_MAX ? details : List.copyOf(details.subList(0, DETAILS_MAX));
    }
}
