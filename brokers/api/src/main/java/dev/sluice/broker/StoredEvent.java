package dev.sluice.broker;

import io.cloudevents.CloudEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as it stands on a topic.
 *
 * @param partition where it stands
 * @param offset its offset there
 * @param arrived when the topic got it, to the millisecond, by the clock of the broker or of who stored it; the epoch
 *     when the broker does not know
 * @param key the key whose events run in order, or null when it has none
 * @param event the event; a {@code RawEvent} when what is stored is no valid event
 */
public record StoredEvent(
        int partition,
        long offset,
        Instant arrived,
        @Nullable String key,
        CloudEvent event) {}
