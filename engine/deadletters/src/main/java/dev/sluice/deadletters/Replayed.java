package dev.sluice.deadletters;

import java.util.List;

/**
 * What became of events that went through a trigger again.
 *
 * @param trigger what they went through
 * @param function whose trigger that is
 * @param delivered events whose run ended well
 * @param filtered events that the trigger's filter did not want
 * @param deadLettered events that became dead letters
 * @param repeated events that the trigger's dedupe took for repeats of others of them
 * @param failed events that failed and were dropped, by on-dead-letter-failure: drop
 * @param retried tries after the first
 * @param givenBack events that were taken and not settled when it ended early
 * @param next where to go on, as {@code PARTITION:OFFSET}: the first event that is not settled of each partition that was
 *     begun and not ended
 * @param trouble what holds it back; empty when all is well
 */
public record Replayed(
        String trigger,
        String function,
        long delivered,
        long filtered,
        long deadLettered,
        long repeated,
        long failed,
        long retried,
        long givenBack,
        List<String> next,
        String trouble) {
    public Replayed {
        next = List.copyOf(next);
    }
}
