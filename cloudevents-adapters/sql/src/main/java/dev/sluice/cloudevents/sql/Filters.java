package dev.sluice.cloudevents.sql;

import java.util.List;
import java.util.Map;

/**
 * Compiles filters: the dialects {@code exact}, {@code prefix}, {@code suffix}, {@code all}, {@code any} and
 * {@code not} of the CloudEvents Subscriptions API, and Knative's {@code filter.attributes}.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/subscriptions/spec.md#324-filters">Filters</a>
 */
public final class Filters {
    private Filters() {}

    /**
     * Compiles a list of filters, all of which must pass; an empty one passes every event. Attributes are compared by
     * case; a missing attribute fails exact, prefix and suffix, and so passes their {@code not}. Nesting is limited to
     * 64, conditions to 1,000.
     *
     * @param filters as parsed from YAML or JSON: maps of one dialect to its value
     * @throws InvalidFilterException with every mistake, their paths beginning with {@code filters}
     */
    public static EventFilter compile(List<?> filters) {
        return new Compiler().compile(filters);
    }

    /**
     * Compiles Knative's {@code filter.attributes}: each attribute must have its value, or any when that is empty.
     *
     * @throws InvalidFilterException with every mistake, their paths beginning with {@code attributes}
     */
    public static EventFilter attributes(Map<String, String> attributes) {
        return new Compiler().attributes(attributes);
    }
}
