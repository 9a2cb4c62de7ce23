package dev.sluice.broker.kafka;

import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link KafkaSource} is told by its broker.
 *
 * @param broker the broker's name, for messages
 * @param consumer all client properties of a consumer but {@code group.id}, {@code group.instance.id} and those that
 *     the source rests on, which it sets itself
 * @param records how records are read as events, and within which limits
 * @param instanceId makes the member a static one, under this name and its topic's; null for a dynamic one
 * @param drainTimeout how long runs are waited for when their partition is taken away
 * @param watchdog how long a partition may stand still before it counts as trouble
 */
record SourceSettings(
        String broker,
        Map<String, Object> consumer,
        KafkaRecords records,
        @Nullable String instanceId,
        Duration drainTimeout,
        Duration watchdog) {
    SourceSettings {
        Objects.requireNonNull(broker, "broker");
        Objects.requireNonNull(records, "records");
        Objects.requireNonNull(drainTimeout, "drainTimeout");
        Objects.requireNonNull(watchdog, "watchdog");
        consumer = Map.copyOf(consumer);
    }
}
