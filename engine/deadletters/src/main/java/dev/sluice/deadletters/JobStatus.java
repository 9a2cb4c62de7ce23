package dev.sluice.deadletters;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is.
 *
 * @param id its name on this engine
 * @param topic whose letters or events
 * @param action redrive, discard, compare or replay
 * @param dryRun whether nothing is changed
 * @param state RUNNING, DONE, CANCELLED or FAILED
 * @param started when it began
 * @param ended when it ended; null while it runs
 * @param letters letters that were open when it began: what it looks at; of a range of events the offsets that it has
 *     at most
 * @param scanned letters or events it has looked at
 * @param done letters redriven or discarded, events compared, or settled by a trigger; of a dry run, those that would be
 * @param refused letters that were meant and could not be redriven, which stay open; events that can't be compared, or run
 * @param refusals how many for which reason, with a place as an example
 * @param perSecond of these done a second since it began
 * @param secondsLeft about how long it will take; -1 when it can't be told
 * @param samples of a dry run: what would be done with the first ones, in words
 * @param comparison what a comparison found; null of another action
 * @param replay what became of events that went through a trigger again; null of another action
 * @param error why it failed; empty when it did not
 */
public record JobStatus(
        String id,
        String topic,
        String action,
        boolean dryRun,
        State state,
        Instant started,
        @Nullable Instant ended,
        long letters,
        long scanned,
        long done,
        long refused,
        Map<String, Refusal> refusals,
        double perSecond,
        long secondsLeft,
        List<String> samples,
        @Nullable Comparison comparison,
        @Nullable Replayed replay,
        String error) {
    /** Where a job is. */
    public enum State {
        /** At work. */
        RUNNING,
        /** All letters that were meant were looked at, or the limit is reached. */
        DONE,
        /** Someone asked it to end, or the engine stopped; what it did stays done. */
        CANCELLED,
        /** It could not go on; what it did stays done. */
        FAILED
    }

    /**
     * Letters that were refused for one reason.
     *
     * @param count how many
     * @param example the place of the first
     */
    public record Refusal(long count, String example) {}
}
