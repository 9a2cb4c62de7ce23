package dev.sluice.server.explain;

import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.engine.journal.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the journal has of an event at a trigger, visit by visit: an event comes again when it is sent twice, when its
 * dead letter is redriven, and when its partition is read from before it.
 *
 * @param all in the order in which they began
 */
record Visits(List<Past> all) {
    private static final int TOLD_MAX = 2;

    Visits {
        all = List.copyOf(all);
    }

    /**
     * Takes entries of one event and trigger apart.
     *
     * @param entries in the order in which they were made
     * @param node who made them
     * @param topicOf the topic that answers of a type go to; null when there is none
     */
    static Visits of(List<JournalEntry> entries, String node, Function<String, @Nullable String> topicOf) {
        Map<String, List<JournalEntry>> open = new HashMap<>();
        var visits = new ArrayList<List<JournalEntry>>();
        for (var entry : entries) {
            var place = entry.partition() + "/" + entry.offset();
            var visit = open.get(place);
            if (visit == null || entry.stage() == Stage.RECEIVED || ends(visit.get(visit.size() - 1))) {
                visit = new ArrayList<>();
                visits.add(visit);
                open.put(place, visit);
            }
            visit.add(entry);
        }
        return new Visits(
                visits.stream().map(visit -> new Past(visit, node, topicOf)).toList());
    }

    private static boolean ends(JournalEntry entry) {
        return switch (entry.stage()) {
            case ACCEPTED, RELEASED, REFUSED -> true;
            case FAILED, TIMED_OUT -> entry.topic() == null;
            default -> false;
        };
    }

    /** The one that began last. */
    Optional<Past> last() {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Whether one was at that place. */
    boolean at(int partition, long offset) {
        return all.stream().anyMatch(visit -> visit.isAt(partition, offset));
    }

    /** How visits before it ended, as clauses that follow what is said of this one; empty when none is known. */
    String before(@Nullable Past told) {
        var clauses = new StringBuilder();
        var count = 0;
        for (var i = all.size() - 1; i >= 0; i--) {
            var visit = all.get(i);
            var end = visit.equals(told) ? Optional.<Past.End>empty() : visit.end();
            if (end.isPresent() && count++ < TOLD_MAX) {
                clauses.append("; before that, ")
                        .append(visit.where())
                        .append(", it ")
                        .append(end.get().clause());
            }
        }
        if (count > TOLD_MAX) {
            clauses.append("; and it had come ").append(count - TOLD_MAX).append(" more before");
        }
        return clauses.toString();
    }
}
