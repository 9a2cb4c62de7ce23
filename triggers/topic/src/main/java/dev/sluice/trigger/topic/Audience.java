package dev.sluice.trigger.topic;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.cloudevents.sql.FilterIndex;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Which triggers of a group get a record. Immutable. */
final class Audience {
    /** Settles what no trigger wants, as it does with what its filter refuses. */
    private static final int[] FIRST = {0};

    private final FilterIndex filters;
    private final int[] all;

    Audience(List<EventFilter> filters) {
        this.filters = FilterIndex.of(filters);
        this.all = IntStream.range(0, filters.size()).toArray();
    }

    int size() {
        return all.length;
    }

    /** Triggers among those counted that one event goes to at most, and at least one. */
    int sizeMax(IntPredicate counted) {
        return Math.max(1, filters.passingMax(counted));
    }

    /** The triggers' places, ascending, and at least one. What is no event goes to all: no filter can judge it. */
    int[] of(CloudEvent event) {
        if (event instanceof RawEvent) {
            return all;
        }
        var passing = filters.passing(event);
        return passing.length == 0 ? FIRST : passing;
    }
}
