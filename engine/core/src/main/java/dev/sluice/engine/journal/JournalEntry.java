package dev.sluice.engine.journal;

import org.jspecify.annotations.Nullable;

/**
 * One decision on one event. Immutable; texts are cut, so that an entry holds 8 KiB at most.
 *
 * @param sequence ascends in the order in which entries were made in this process
 * @param atMillis when, in milliseconds since the epoch
 * @param stage what happened
 * @param event the event's id
 * @param source the event's source
 * @param function whose trigger it is; empty at a way in
 * @param trigger at which trigger; empty at a way in
 * @param topic the topic that it stood on or was stored on; null when there is none
 * @param partition where it stood there; -1 when unknown
 * @param offset its offset there; -1 when unknown
 * @param attempt the number of the try, from 1; 0 when it is not about one
 * @param instance the number of the instance that ran the try, from 1; 0 when there was none
 * @param nanos how long the try ran, or how long it is until the next one
 * @param waitNanos how long the event was ready before its turn came; 0 when that is not known
 * @param answers answers that the try published, all of its batch or window together; -1 when they go nowhere, or it is
 *     not about the end of a try
 * @param events events that the try ran together, 1 for one alone; 0 when it is not about the end of a try
 * @param other the id of another event that belongs to it; empty when there is none
 * @param text what the stage says that it is; empty when there is nothing to say
 */
public record JournalEntry(
        long sequence,
        long atMillis,
        Stage stage,
        String event,
        String source,
        String function,
        String trigger,
        @Nullable String topic,
        int partition,
        long offset,
        int attempt,
        int instance,
        long nanos,
        long waitNanos,
        int answers,
        int events,
        String other,
        String text) {
    /** Characters of an id, a source or a key that are kept; look-ups compare as many. */
    public static final int ID_CHARS_MAX = 256;

    private static final int TEXT_CHARS_MAX = 1_024;
    private static final int OWN_BYTES = 184;

    public JournalEntry {
        event = cut(event, ID_CHARS_MAX);
        source = cut(source, ID_CHARS_MAX);
        other = cut(other, ID_CHARS_MAX);
        text = cut(text, TEXT_CHARS_MAX);
    }

    /** One that is not about the end of a try. */
    public JournalEntry(
            long sequence,
            long atMillis,
            Stage stage,
            String event,
            String source,
            String function,
            String trigger,
            @Nullable String topic,
            int partition,
            long offset,
            int attempt,
            int instance,
            long nanos,
            long waitNanos,
            String other,
            String text) {
        this(
                sequence, atMillis, stage, event, source, function, trigger, topic, partition, offset, attempt,
                instance, nanos, waitNanos, -1, 0, other, text);
    }

    /** Whether it is about the event. */
    public boolean isOf(String id) {
        return event.equals(cut(id, ID_CHARS_MAX));
    }

    /** Whether its event came from there. */
    public boolean isFrom(String from) {
        return source.equals(cutId(from));
    }

    /** As much of an id or a source as is kept. */
    public static String cutId(String text) {
        return cut(text, ID_CHARS_MAX);
    }

    static String cut(String text, int charsMax) {
        return text.length() <= charsMax ? text : text.substring(0, charsMax);
    }

    /** What it holds in memory at most: texts that entries share are counted for each. */
    int bytes() {
        return OWN_BYTES + 2 * (event.length() + source.length() + other.length() + text.length());
    }
}
