package dev.sluice.cloudevents.sql;

import java.util.List;
import java.util.Map;

/**
 * Compiles filters: the dialects {@code exact}, {@code prefix}, {@code suffix}, {@code all}, {@code any}, {@code not}
 * and {@code cesql} (or {@code sql}) of the CloudEvents Subscriptions API, {@code pattern} for event patterns as
 * EventBridge has them, and Knative's {@code filter.attributes}.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/subscriptions/spec.md#324-filters">Filters</a>
 */
public final class Filters {
    private Filters() {}

    /**
     * Compiles a list of filters, all of which must pass; an empty one passes every event. Attributes are compared by
     * case; a missing attribute fails exact, prefix and suffix, and so passes their {@code not}. An expression must be
     * true; an error is no match, and so passes its {@code not}. Nesting is limited to 64, conditions to 1,000.
     *
     * @param filters as parsed from YAML or JSON: maps of one dialect to its value
     * @throws InvalidFilterException with every mistake, their paths beginning with {@code filters}
     */
    public static EventFilter compile(List<?> filters) {
        return compile(filters, CesqlFunctions.STANDARD);
    }

    /**
     * As {@link #compile(List)}, with expressions that may call further functions.
     *
     * @throws InvalidFilterException with every mistake, their paths beginning with {@code filters}
     */
    public static EventFilter compile(List<?> filters, CesqlFunctions functions) {
        return new Compiler(functions).compile(filters);
    }

    /**
     * Compiles Knative's {@code filter.attributes}: each attribute must have its value, or any when that is empty.
     *
     * @throws InvalidFilterException with every mistake, their paths beginning with {@code attributes}
     */
    public static EventFilter attributes(Map<String, String> attributes) {
        return new Compiler(CesqlFunctions.STANDARD).attributes(attributes);
    }
}
