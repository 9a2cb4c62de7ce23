package dev.sluice.load.peer;

import dev.sluice.load.dial.Dial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Kafka's own consumer in a loop that only counts: what reading costs when nothing is done with what was read.
 * Arguments: bootstrap servers, topic, group prefix, {@code max.poll.records}, {@code receive.buffer.bytes}, then a dial
 * per round; each round reads as a new group from the start, while its dial's gate is open. Records with a header {@code ce_planned} have their
 * latency kept.
 */
public final class RawConsumer {
    private static final Duration POLL = Duration.ofMillis(100);

    private RawConsumer() {}

    /** Says {@code ready} on stdout, runs its rounds one after another, and ends with the last. */
    public static void main(String... args) throws InterruptedException {
        System.out.println("ready");
        for (var round = 5; round < args.length; round++) {
            var dial = Dial.watch(Path.of(args[round]));
            var settings = new Properties();
            settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, args[2] + "-" + round);
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, args[3]);
            settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, args[4]);
            if (dial.awaitOpen()) {
                read(settings, args[1], dial);
            }
        }
    }

    private static void read(Properties settings, String topic, Dial dial) {
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (dial.isOpen()) {
                var records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    keepLatencies(records, dial);
                    dial.add(records.count());
                }
            }
        }
    }

    private static void keepLatencies(ConsumerRecords<byte[], byte[]> records, Dial dial) {
        if (records.iterator().next().headers().lastHeader("ce_planned") == null) {
            return;
        }
        for (var record : records) {
            var planned = record.headers().lastHeader("ce_planned").value();
            dial.latency(System.nanoTime() - Long.parseLong(new String(planned, StandardCharsets.US_ASCII)));
        }
    }
}
