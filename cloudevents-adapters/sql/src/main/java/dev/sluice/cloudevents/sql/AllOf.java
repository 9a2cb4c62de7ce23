package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passes what all of its filters pass; in order, up to the first that does not. */
final class AllOf implements EventFilter {
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
    public long errors() {
        long sum = 0;
        for (EventFilter filter : filters) {
            sum += filter.errors();
        }
        return sum;
    }

    @Override
    public @Nullable String lastError() {
        for (EventFilter filter : filters) {
            String error = filter.lastError();
            if (error != null) {
                return error;
            }
        }
        return null;
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
