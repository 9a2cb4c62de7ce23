package dev.sluice.cloudevents.sql;

import io.cloudevents.CloudEvent;

/**
 * A compiled filter. It never fails, keeps no state and may be asked from any thread; its cost is bounded by its size.
 */
public interface EventFilter {
    /** Lets every event pass. */
    EventFilter PASS = new EventFilter() {
        @Override
        public boolean test(CloudEvent event) {
            return true;
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

    /** What passes, in words for people: {@code type starts with "com.acme." and subject is present}. */
    String describe();
}
