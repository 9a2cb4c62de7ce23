package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;

/** Passes what its filter does not, an event without the attribute included. */
record Not(EventFilter filter) implements EventFilter {
    @Override
    public boolean test(CloudEvent event) {
        return !filter.test(event);
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
