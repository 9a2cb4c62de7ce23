package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/**
 * A compiled filter. It never fails, keeps no state but the count of its errors, and may be asked from any thread; its
 * cost is bounded by its size.
 */
public interface EventFilter {
    /** Lets every event pass. */
    EventFilter PASS = new EventFilter() {
        @Override
        public boolean test(CloudEvent event) {
            return true;
        }

        @Override
        public FilterVerdict explain(CloudEvent event) {
            return new FilterVerdict(true, "every event passes", "there is no filter", false);
        }

        @Override
        public String describe() {
            return "every event";
        }

        @Override
        public String toString() {
            return describe();
        }
    };

    /** Whether the event passes. */
    boolean test(CloudEvent event);

    /**
     * As {@link #test}, with the part of the filter that decided and what it found. Counts no error; takes longer than
     * to test, and allocates.
     */
    default FilterVerdict explain(CloudEvent event) {
        boolean passes = test(event);
        return new FilterVerdict(passes, describe(), passes ? "it passes" : "it does not pass", false);
    }

    /** How often it could not judge an event, as when an expression asks for an attribute that it does not have. */
    default long errors() {
        return 0;
    }

    /** What the last error of each expression in it was, in words and escaped; null when there was none. */
    default @Nullable String lastError() {
        return null;
    }

    /** What passes, in words for people: {@code type starts with "com.acme." and subject is present}. */
    String describe();
}
