package dev.sluice.engine;

import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trigger as it is at the moment, for those who look from outside.
 *
 * @param name its name
 * @param function the function it feeds
 * @param topic the topic it reads; null when callers wait for its answers
 * @param state RUNNING, STOPPED (by a dead letter that could not be stored, or a source that ended) or DRAINING
 * @param detail why it is held back or stopped; empty when all is well
 * @param filter its filter in words
 * @param runnable events that wait for nothing but a slot
 * @param running events whose try runs or is being settled
 * @param blocked events behind their key, in back-off or parked
 * @param waiting of these, the ones in back-off
 * @param parked of these, the ones whose dead letter could not be stored
 * @param blockedBytes what the blocked ones hold
 * @param received events received
 * @param filtered of these, the ones that the filter did not want
 * @param filterErrors how often the filter could not judge an event, which is no match
 * @param filterError what the last of these errors was, of each expression; empty when there was none
 * @param expired events and calls whose expirytime had come before them, which were not run
 * @param repeated events that were not run because one like them was done already
 * @param done events whose run ended well
 * @param failed tries that failed
 * @param retried tries after the first
 * @param deadLettered events stored as dead letters
 * @param dropped events dropped because of {@code on-dead-letter-failure: drop}
 * @param released events given back
 * @param answers answers published
 * @param lag the group's lag on this engine's partitions; null without a topic
 * @param troubles what keeps partitions of this engine from being read
 */
public record TriggerStatus(
        String name,
        String function,
        @Nullable String topic,
        State state,
        String detail,
        String filter,
        int runnable,
        int running,
        int blocked,
        int waiting,
        int parked,
        long blockedBytes,
        long received,
        long filtered,
        long filterErrors,
        String filterError,
        long expired,
        long repeated,
        long done,
        long failed,
        long retried,
        long deadLettered,
        long dropped,
        long released,
        long answers,
        @Nullable Lag lag,
        List<EventSource.Trouble> troubles) {
    public TriggerStatus {
        troubles = List.copyOf(troubles);
    }

    /** How far a trigger is. */
    public enum State {
        RUNNING,
        STOPPED,
        DRAINING
    }
}
