package dev.sluice.broker;

import java.time.Instant;
import java.util.Objects;

/** Where a group that has no position yet begins. {@link Object#toString} gives it as manifests write it. */
public sealed interface Start {
    /** With the oldest event that the topic still has. */
    Start EARLIEST = new Edge("earliest");

    /** With the first event that comes after the group was created. */
    Start LATEST = new Edge("latest");

    /** With the first event that the topic got at this time or later; when there is none, as {@link #LATEST}. */
    static Start at(Instant time) {
        return new At(time);
    }

    /** One of the two ends of a topic; there are no others than {@link #EARLIEST} and {@link #LATEST}. */
    final class Edge implements Start {
        private final String word;

        private Edge(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * A time in the topic's past.
     *
     * @param time the earliest time of arrival
     */
    record At(Instant time) implements Start {
        public At {
            Objects.requireNonNull(time, "time");
        }

        @Override
        public String toString() {
            return time.toString();
        }
    }
}
