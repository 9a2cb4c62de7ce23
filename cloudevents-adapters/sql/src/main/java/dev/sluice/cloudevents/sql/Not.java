package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/** Passes what its filter does not: also an event without the attribute, or one on which an expression fails. */
record Not(EventFilter filter) implements EventFilter {
    @Override
    public boolean test(CloudEvent event) {
        return !filter.test(event);
    }

    @Override
    public FilterVerdict explain(CloudEvent event) {
        FilterVerdict verdict = filter.explain(event);
        return new FilterVerdict(!verdict.passes(), describe(), verdict.fact(), verdict.error());
    }

    @Override
    public long errors() {
        return filter.errors();
    }

    @Override
    public @Nullable String lastError() {
        return filter.lastError();
    }

    @Override
    public String describe() {
        return "not (" + filter.describe() + ')';
    }

    @Override
    public String toString() {
        return describe();
    }
}
