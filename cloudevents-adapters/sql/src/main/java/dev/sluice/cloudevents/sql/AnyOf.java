package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passes what one of its filters passes; in order, up to the first that does. */
final class AnyOf implements EventFilter {
    private static final int FACTS_MAX = 4;

    private final EventFilter[] filters;

    private AnyOf(List<EventFilter> filters) {
        this.filters = filters.toArray(new EventFilter[0]);
    }

    static EventFilter of(List<EventFilter> filters) {
        return filters.size() == 1 ? filters.get(0) : new AnyOf(filters);
    }

    List<EventFilter> filters() {
        return List.of(filters);
    }

    @Override
    public boolean test(CloudEvent event) {
        for (EventFilter filter : filters) {
            if (filter.test(event)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        Set<String> facts = new LinkedHashSet<>();
        boolean error = false;
        for (EventFilter filter : filters) {
            FilterVerdict verdict = filter.explain(event);
            if (verdict.passes()) {
                return verdict;
            }
            facts.add(verdict.fact());
            error |= verdict.error();
        }
        String told = facts.stream().limit(FACTS_MAX).collect(Collectors.joining("; "));
        String more = facts.size() > FACTS_MAX ? "; " + (facts.size() - FACTS_MAX) + " more" : "";
        return new FilterVerdict(false, describe(), told + more, error);
    }

    @Override
    public long errors() {
        long sum = 0;
        for (EventFilter filter : filters) {
            sum += filter.errors();
        }
        return sum;
    }

    @Override
    public @Nullable String lastError() {
        return AllOf.lastErrors(filters);
    }

    @Override
    public String describe() {
        return List.of(filters).stream()
                .map(filter -> filter instanceof AllOf ? '(' + filter.describe() + ')' : filter.describe())
                .collect(Collectors.joining(" or "));
    }

    @Override
    public String toString() {
        return describe();
    }
}
