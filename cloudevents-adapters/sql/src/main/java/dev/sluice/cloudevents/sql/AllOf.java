package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passes what all of its filters pass; in order, up to the first that does not. */
final class AllOf implements EventFilter {
    private static final int ERRORS_SHOWN = 3;

    private final EventFilter[] filters;

    private AllOf(List<EventFilter> filters) {
        this.filters = filters.toArray(new EventFilter[0]);
    }

    static EventFilter of(List<EventFilter> filters) {
        if (filters.isEmpty()) {
            return PASS;
        }
        return filters.size() == 1 ? filters.get(0) : new AllOf(filters);
    }

    List<EventFilter> filters() {
        return List.of(filters);
    }

    @Override
    public boolean test(CloudEvent event) {
        for (EventFilter filter : filters) {
            if (!filter.test(event)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        for (EventFilter filter : filters) {
            FilterVerdict verdict = filter.explain(event);
            if (!verdict.passes()) {
                return verdict;
            }
        }
        return new FilterVerdict(true, describe(), "all of it passes", false);
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
        return lastErrors(filters);
    }

    /** Which of several erred last is not known: each that did tells of itself, up to a few. */
    static @Nullable String lastErrors(EventFilter[] filters) {
        List<String> errors = Arrays.stream(filters)
                .map(EventFilter::lastError)
                .filter(Objects::nonNull)
                .toList();
        int shown = Math.min(errors.size(), ERRORS_SHOWN);
        String more = errors.size() > shown ? "; " + (errors.size() - shown) + " more" : "";
        return errors.isEmpty() ? null : String.join("; ", errors.subList(0, shown)) + more;
    }

    @Override
    public String describe() {
        return List.of(filters).stream()
                .map(filter -> filter instanceof AnyOf ? '(' + filter.describe() + ')' : filter.describe())
                .collect(Collectors.joining(" and "));
    }

    @Override
    public String toString() {
        return describe();
    }
}
