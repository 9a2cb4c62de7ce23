package dev.sluice.broker.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;

/**
 * What a {@link MemoryBroker} may hold.
 *
 * @param partitions of each topic, 1 to 1,024
 * @param topicsMax topics of the broker
 * @param topicEventsMax events that one topic holds
 * @param topicBytesMax bytes that one topic holds: its events' attributes and data, and 400 bytes for each
 * @param bytesMax bytes that all topics together hold; a topic without an open event takes one event beyond it, so that
 *     a chain of topics can't hold itself up
 * @param waitingSendsMax sends per topic that wait for room; the next one is refused at once
 * @param sendDeadline how long a send waits for room
 * @param eventBytesMax the largest event
 */
public record MemoryLimits(
        int partitions,
        int topicsMax,
        long topicEventsMax,
        long topicBytesMax,
        long bytesMax,
        int waitingSendsMax,
        Duration sendDeadline,
        int eventBytesMax) {
    /** What an event costs beside its attributes and data: objects, headers of arrays and strings, slots. */
    static final int EVENT_OVERHEAD = 400;

    private static final int PARTITIONS_MAX = 1_024;
    private static final int EVENT_BYTES = 1_114_112;
    private static final long QUARTER_OF_HEAP =
            Math.max(4L * EVENT_BYTES, Runtime.getRuntime().maxMemory() / 4);

    /**
     * 4 partitions, 1,000 topics, a quarter of the heap, of which one topic takes half, 1,000,000 events per topic,
     * 1,024 waiting sends for 30 s, events of 1 MiB and 64 KiB of envelope.
     */
    public static final MemoryLimits DEFAULT = new MemoryLimits(
            4, 1_000, 1_000_000, QUARTER_OF_HEAP / 2, QUARTER_OF_HEAP, 1_024, Duration.ofSeconds(30), EVENT_BYTES);

    /** @throws IllegalArgumentException naming every limit that can't be */
    public MemoryLimits {
        Objects.requireNonNull(sendDeadline, "sendDeadline");
        var mistakes = new ArrayList<String>();
        require(mistakes, partitions >= 1 && partitions <= PARTITIONS_MAX, "partitions", partitions, "1 to 1,024");
        require(mistakes, topicsMax >= 1, "topics-max", topicsMax, "at least 1");
        require(mistakes, topicEventsMax >= 1, "topic-events-max", topicEventsMax, "at least 1");
        require(mistakes, eventBytesMax >= 1, "event-bytes-max", eventBytesMax, "at least 1");
        require(
                mistakes,
                topicBytesMax >= eventBytesMax + (long) EVENT_OVERHEAD,
                "topic-bytes-max",
                topicBytesMax,
                "room for one event");
        require(mistakes, bytesMax >= topicBytesMax, "bytes-max", bytesMax, "room for one topic");
        require(mistakes, waitingSendsMax >= 0, "waiting-sends-max", waitingSendsMax, "0 or more");
        require(mistakes, isPositive(sendDeadline), "send-deadline", sendDeadline, "positive and under 292 years");
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("memory limits: " + String.join("; ", mistakes));
        }
    }

    private static boolean isPositive(Duration deadline) {
        return !deadline.isNegative() && !deadline.isZero() && deadline.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0;
    }

    private static void require(ArrayList<String> mistakes, boolean met, String name, Object value, String rule) {
        if (!met) {
            mistakes.add(name + " is " + value + ", must be " + rule);
        }
    }
}
