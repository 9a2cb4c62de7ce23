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
 * @param key the key whose events run one after another, or share a window; empty when it has none
 * @param line what the events that run one after another with it have in common, in words; empty when nothing
 * @param partition where it came from; -1 when from no topic
 * @param offset its offset there; -1 when from no topic
 * @param tries tries begun; of a stream, how often it got the event
 * @param retries tries that may follow the first
 * @param instance the instance that runs it, from 1; 0 when none does
 * @param forMillis how long it has been running, ready, or in its stream's hands; -1 when unknown
 * @param dueMillis until something is done about it; -1 when that has no time
 * @param error why its last try failed, or its dead letter is not stored; empty when nothing did
 * @param ahead events of its key, or in its line, that are before it
 * @param head the first of these, or the one like it that is not done; null when there is none
 * @param detail why it waits, or for what, in words; empty when its state says all
 */
public record OpenEvent(
        String event,
        String source,
        String function,
        String trigger,
        State state,
        String key,
        String line,
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
        /** An event like it, which is not done. */
        BEHIND_LIKE,
        /** Its stream, which is to ask for it. */
        IN_LINE,
        /** Its stream, which has got it and is to settle it. */
        HANDED,
        /** The acknowledgement of what its stream emitted before it settled the event. */
        TAKEN,
        /** The time at which its stream, which handed it back, gets it again. */
        HANDED_BACK,
        /** The time of its next try. */
        BACK_OFF,
        /** The retry budget, since fresh events compete for the slots. */
        RETRY_BUDGET,
        /** The dead-letter topic, which took nothing and is asked again. */
        PARKED
    }
}
