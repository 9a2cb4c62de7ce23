package dev.sluice.engine;

import java.time.Duration;

/**
 * How events are gathered for a batch function.
 *
 * @param size the most events of one batch, 1 to 10,000
 * @param within the longest that the first event of a batch waits for company
 * @param bisect whether a batch that fails as a whole is halved and tried again, without counting a try, until the event
 *     that fails is alone; else that is a failed try of each of its events, which are tried again together
 */
public record BatchPolicy(int size, Duration within, boolean bisect) {
    /** 100 events or 100 ms; bisected. */
    public static final BatchPolicy DEFAULT = new BatchPolicy(100, Duration.ofMillis(100));

    /** One that is bisected when it fails. */
    public BatchPolicy(int size, Duration within) {
        this(size, within, true);
    }

    public BatchPolicy {
        new Violations("batch")
                .require(size >= 1 && size <= 10_000, "size", size, "must be between 1 and 10000")
                .require(!within.isNegative(), "within", within, "must not be negative")
                .require(within.compareTo(Duration.ofMinutes(5)) <= 0, "within", within, "must be at most 5 minutes")
                .throwIfAny();
    }
}
