package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/** Finds the key of a record whose writer gave none. Called on any thread; must not block. */
@FunctionalInterface
public interface KeyMapping {
    /** The event's {@code partitionkey}, which stays in the event. */
    KeyMapping PARTITION_KEY = event -> WireEvent.textOf(event, "partitionkey");

    /** No key: the events are spread over the partitions. */
    KeyMapping NONE = event -> null;

    /** The record's key, in the form of {@link KafkaRecords#keyOf}; null for none. */
    @Nullable
    String keyOf(CloudEvent event);
}
