package dev.sluice.cloudevents;

/**
 * How much of an event is taken in from outside. Readers apply these; events built inside the engine only keep the
 * specification's rules, so that a dead letter may carry more than its event did.
 *
 * @param eventBytes the event's size, attributes and data together; also of one structured document
 * @param extensions extensions of one event
 * @param nameChars length of an extension's name
 * @param valueBytes length of one attribute's value in UTF-8
 * @param batchEvents events of one batch
 * @param jsonDepth nesting of JSON data: objects and arrays inside each other
 * @param numberChars length of one number in JSON
 */
public record EventLimits(
        int eventBytes,
        int extensions,
        int nameChars,
        int valueBytes,
        int batchEvents,
        int jsonDepth,
        int numberChars) {
    /**
     * 1 MiB per event, 128 extensions, names of 64 characters, values of 8 KiB, 1,000 events per batch, JSON depth 64,
     * numbers of 1,000 characters.
     */
    public static final EventLimits DEFAULT = new EventLimits(1 << 20, 128, 64, 8 << 10, 1_000, 64, 1_000);

    /** Nothing but the specification's own rules; for events that were let in already. */
    static final EventLimits NONE = new EventLimits(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);

    /** Refuses limits below 1. */
    public EventLimits {
        require("event-bytes", eventBytes);
        require("extensions", extensions);
        require("name-chars", nameChars);
        require("value-bytes", valueBytes);
        require("batch-events", batchEvents);
        require("json-depth", jsonDepth);
        require("number-chars", numberChars);
    }

    /** The same limits with another size of an event, in bytes. */
    public EventLimits withEventBytes(int bytes) {
        return new EventLimits(bytes, extensions, nameChars, valueBytes, batchEvents, jsonDepth, numberChars);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("event limit " + name + " = " + value + " must be at least 1");
        }
    }
}
