package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/**
 * Where an event is that a trigger has received and not settled.
 *
 * @param event its id
 * @param source its source
 * @param function the function it is for
 * @param trigger at which trigger
 * @param state what it waits for
 * @param key the key whose events run one after another; empty when it has none
 * @param partition where it came from; -1 when from no topic
 * @param offset its offset there; -1 when from no topic
 * @param tries tries begun
 * @param retries tries that may follow the first
 * @param instance the instance that runs it, from 1; 0 when none does
 * @param forMillis how long it has been running or ready; -1 when unknown
 * @param dueMillis until something is done about it; -1 when that has no time
 * @param error why its last try failed, or its dead letter is not stored; empty when nothing did
 * @param ahead events of its key that are before it
 * @param head the first of these; null when it is itself the first
 * @param detail why a ready event gets no slot; empty otherwise
 */
public record OpenEvent(
        String event,
        String source,
        String function,
        String trigger,
        State state,
        String key,
        int partition,
        long offset,
        int tries,
        int retries,
        int instance,
        long forMillis,
        long dueMillis,
        String error,
        int ahead,
        @Nullable OpenEvent head,
        String detail) {
    /** What an open event waits for. */
    public enum State {
        /** Its turn: it has arrived, and waits for a slot. */
        READY,
        /** Other events, which are to make its batch or window full, or the time that it has for that. */
        GATHERING,
        /** The end of its run. */
        RUNNING,
        /** The end of a run that is past its deadline and does not heed its cancel. */
        ZOMBIE,
        /** The acknowledgement of its answers; its run has ended. */
        ANSWERING,
        /** Its source, which is to take it off. */
        ACCEPTING,
        /** The dead-letter topic, which is to store it. */
        DEAD_LETTERING,
        /** The events of its key that are before it. */
        BEHIND_KEY,
        /** The time of its next try. */
        BACK_OFF,
        /** The retry budget, since fresh events compete for the slots. */
        RETRY_BUDGET,
        /** The dead-letter topic, which took nothing and is asked again. */
        PARKED
    }
}
