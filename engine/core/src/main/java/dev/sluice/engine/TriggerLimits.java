package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a trigger keeps its function from: more tries than it may begin in a time, more than it may have at once, and
 * events that it has had already. None of them drops an event: the first two slow down what is asked of the topic.
 *
 * @param rate events that its tries may begin with in a time, tries after the first included; null: any number
 * @param concurrency tries that may run at once; {@link #UNLIMITED}: as many as there are slots
 * @param repeats which events count as repeats of one that is done; null: none does
 */
public record TriggerLimits(
        @Nullable Rate rate, int concurrency, @Nullable RepeatPolicy repeats) {
    /** Of {@code concurrency}: no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** No limit at all. */
    public static final TriggerLimits NONE = new TriggerLimits(null, UNLIMITED, null);

    public TriggerLimits {
        new Violations("trigger")
                .require(concurrency >= 1, "concurrency", concurrency, "must be at least 1")
                .throwIfAny();
    }

    /** The same, held to another rate too. */
    TriggerLimits withRate(@Nullable Rate other) {
        var slower = rate == null || (other != null && other.perSecond() < rate.perSecond()) ? other : rate;
        return new TriggerLimits(slower, concurrency, repeats);
    }

    /** Whether tries have to wait for anything but a slot. */
    boolean throttles() {
        return rate != null || concurrency != UNLIMITED;
    }
}
