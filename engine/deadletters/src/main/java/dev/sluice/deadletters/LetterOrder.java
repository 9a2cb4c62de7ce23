package dev.sluice.deadletters;

import org.jspecify.annotations.Nullable;

/**
 * What is to be done with which letters of a topic.
 *
 * @param action what
 * @param selection with which
 * @param limit with how many at most
 * @param perSecond how many a second at most; infinite for as fast as the broker takes them
 * @param dryRun whether nothing is done, and only told what would be
 * @param edit a jq program that makes the new data of the old; null to leave them
 * @param to where they go; null for the topic that each came from
 * @param raw whether records that are no events go back as they are; they are refused otherwise
 */
public record LetterOrder(
        Action action,
        Selection selection,
        long limit,
        double perSecond,
        boolean dryRun,
        @Nullable String edit,
        @Nullable String to,
        boolean raw) {
    /** What is done. */
    public enum Action {
        /** They go to where they came from. */
        REDRIVE(Mark.REDRIVEN),
        /** They count as settled and go nowhere; they stay on their topic until its retention takes them. */
        DISCARD(Mark.DISCARDED);

        final Mark mark;

        Action(Mark mark) {
            this.mark = mark;
        }
    }

    /** @throws IllegalArgumentException naming what can't be */
    public LetterOrder {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("rate is " + perSecond + "/s, must be above 0");
        }
        if (action == Action.DISCARD && (edit != null || to != null)) {
            throw new IllegalArgumentException("what is discarded goes nowhere: edit and to are for a redrive");
        }
    }
}
