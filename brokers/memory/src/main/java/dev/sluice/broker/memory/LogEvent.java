package dev.sluice.broker.memory;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/** An event with what the broker needs to know of it. The place is written once, under the topic's lock. */
final class LogEvent {
    final CloudEvent event;
    final @Nullable String key;
    final int sizeBytes;
    /** Where it goes; -1 until the topic has chosen one for an event without a key. */
    int partition;
    /** Its age among all events of the topic: lower is older. */
    long sequence;
    /** When it was stored, by the wall clock. */
    long arrivedMillis;

    LogEvent(CloudEvent event, @Nullable String key, int sizeBytes, int partition) {
        this.event = event;
        this.key = key;
        this.sizeBytes = sizeBytes;
        this.partition = partition;
    }
}
