package dev.sluice.broker.kafka.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes and reads plain texts with Kafka's own clients. */
final class Records {
    private Records() {}

    /** Publishes with acks=all, each text being its own key; fails when one is refused. */
    static void send(String servers, String topic, List<String> texts, Map<String, Object> properties)
            throws Exception {
        var all = new HashMap<String, Object>(properties);
        all.put("bootstrap.servers", servers);
        all.put("acks", "all");
        all.putIfAbsent("max.block.ms", "15000");
        all.putIfAbsent("delivery.timeout.ms", "15000");
        all.putIfAbsent("request.timeout.ms", "5000");
        try (var producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer())) {
            var sent = new ArrayList<Future<RecordMetadata>>();
            texts.forEach(text -> sent.add(producer.send(new ProducerRecord<>(topic, text, text))));
            for (var each : sent) {
                each.get(20, TimeUnit.SECONDS);
            }
        }
    }

    /** Reads from the start with a new group, until there are so many records or the time is over. */
    static List<String> read(String servers, String topic, int count, Map<String, Object> properties, Duration max) {
        var all = new HashMap<String, Object>(properties);
        all.put("bootstrap.servers", servers);
        all.put("group.id", UUID.randomUUID().toString());
        all.put("auto.offset.reset", "earliest");
        var texts = new ArrayList<String>();
        var end = System.nanoTime() + max.toNanos();
        try (var consumer = new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (texts.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> texts.add(record.value()));
            }
        }
        return texts;
    }
}
