package dev.sluice.server;

import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.cloudevents.sql.InvalidFilterException;
import dev.sluice.deadletters.LetterOrder;
import dev.sluice.deadletters.Selection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a redrive or a discard; each field may be absent.
 *
 * @param ids only letters of these ids or places
 * @param reasons only letters of these reasons
 * @param triggers only letters of these triggers
 * @param filter only letters of which this CESQL expression is true
 * @param limit at most so many
 * @param rate at most so many a second
 * @param dryRun whether nothing is changed
 * @param edit a jq program for their data
 * @param to the topic that they go to
 * @param raw whether records that are no events go back as they are
 */
record LetterRequest(
        @Nullable List<String> ids,
        @Nullable List<String> reasons,
        @Nullable List<String> triggers,
        @Nullable String filter,
        @Nullable Long limit,
        @Nullable Double rate,
        @Nullable Boolean dryRun,
        @Nullable String edit,
        @Nullable String to,
        @Nullable Boolean raw) {
    /** @throws IllegalArgumentException naming what can't be */
    LetterOrder order(LetterOrder.Action action) {
        return new LetterOrder(
                action,
                new Selection(set(ids), set(reasons), set(triggers), compiled(filter)),
                limit == null ? Long.MAX_VALUE : limit,
                rate == null ? Double.POSITIVE_INFINITY : rate,
                Boolean.TRUE.equals(dryRun),
                edit,
                to,
                Boolean.TRUE.equals(raw));
    }

    private static Set<String> set(@Nullable List<String> texts) {
        return texts == null ? Set.of() : Set.copyOf(texts);
    }

    /**
     * The CESQL expression as a filter; null passes all.
     *
     * @throws IllegalArgumentException when it is none
     */
    static EventFilter compiled(@Nullable String filter) {
        if (filter == null) {
            return EventFilter.PASS;
        }
        try {
            return Filters.compile(List.of(Map.of("cesql", filter)));
        } catch (InvalidFilterException wrong) {
            throw new IllegalArgumentException("filter: " + wrong.getMessage(), wrong);
        }
    }
}
