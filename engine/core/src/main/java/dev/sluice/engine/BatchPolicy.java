package dev.sluice.engine;

import java.time.Duration;

/**
 * How events are gathered for a batch function.
 *
 * @param size the most events of one batch, 1 to 10,000
 * @param within the longest that the first event of a batch waits for company
 */
public record BatchPolicy(int size, Duration within) {
    /** 100 events or 100 ms. */
    public static final BatchPolicy DEFAULT = new BatchPolicy(100, Duration.ofMillis(100));

    public BatchPolicy {
        new Violations("batch")
                .require(size >= 1 && size <= 10_000, "size", size, "must be between 1 and 10000")
                .require(!within.isNegative(), "within", within, "must not be negative")
                .require(within.compareTo(Duration.ofMinutes(5)) <= 0, "within", within, "must be at most 5 minutes")
                .throwIfAny();
    }
}
