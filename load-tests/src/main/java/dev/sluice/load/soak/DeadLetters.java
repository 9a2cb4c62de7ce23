package dev.sluice.load.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a dead-letter topic from its start to where it ends now. */
final class DeadLetters {
    private DeadLetters() {}

    static List<ConsumerRecord<String, byte[]>> all(String bootstrapServers, String topic, Duration max) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        each(bootstrapServers, topic, "read_uncommitted", max, found::add);
        return found;
    }

    /** Any topic, as those see it who read what is committed. */
    static List<ConsumerRecord<String, byte[]>> committed(String bootstrapServers, String topic, Duration max) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        each(bootstrapServers, topic, "read_committed", max, found::add);
        return found;
    }

    private static void each(
            String bootstrapServers,
            String topic,
            String isolation,
            Duration max,
            Consumer<ConsumerRecord<String, byte[]>> reader) {
        var properties = Map.<String, Object>of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                UUID.randomUUID().toString(),
                "enable.auto.commit",
                "false",
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                isolation);
        var end = System.nanoTime() + max.toNanos();
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            var ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                if (System.nanoTime() > end) {
                    throw new SoakException("topic " + topic + " could not be read within " + max.toSeconds() + " s");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(reader);
            }
        }
    }
}
