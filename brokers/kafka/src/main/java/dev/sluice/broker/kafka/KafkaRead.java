package dev.sluice.broker.kafka;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import reactor.core.CoreSubscriber;

/**
 * Reads a part of a topic, from a place per partition to where it ended when the reading began, the committed records
 * only. A partition is at its end once the consumer's position is, so offsets that hold no record (transactions,
 * compaction) don't keep it waiting; it is not fetched any more then. Keeps one poll at most.
 */
final class KafkaRead extends KafkaWatch<StoredEvent> {
    private static final Duration POLL = Duration.ofMillis(200);

    private final ReadRange range;
    private final KafkaRecords records;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    /** Where each partition ends that is not at its end. */
    private final Map<TopicPartition, Long> open = new HashMap<>();

    KafkaRead(
            String topic,
            ReadRange range,
            CoreSubscriber<? super StoredEvent> actual,
            KafkaWatches watches,
            String threadName) {
        super(topic, actual, watches, threadName);
        this.range = range;
        this.records = watches.records();
    }

    /** Whoever waits for the cluster's answers can cancel. */
    @Override
    boolean placesFirst() {
        return false;
    }

    @Override
    void assign(Consumer<byte[], byte[]> consumer) {
        var wanted = partitions(consumer).stream()
                .filter(partition -> range.has(partition.partition()))
                .toList();
        // Of what is not assigned, the client warns that it does not keep the ends.
        consumer.assign(wanted);
        var ends = asking(limit -> consumer.endOffsets(wanted, limit));
        var first = asking(limit -> consumer.beginningOffsets(wanted, limit));
        var begins = begins(consumer, wanted, first, ends);
        for (var partition : wanted) {
            long begin = Math.max(begins.getOrDefault(partition, 0L), first.getOrDefault(partition, 0L));
            long end = Math.min(
                    ends.getOrDefault(partition, 0L), range.to().getOrDefault(partition.partition(), Long.MAX_VALUE));
            if (begin < end) {
                begins.put(partition, begin);
                open.put(partition, end);
            }
        }
        // The others are not read: a poll would ask where to begin with them.
        consumer.assign(open.keySet());
        open.keySet().forEach(partition -> consumer.seek(partition, begins.getOrDefault(partition, 0L)));
    }

    private Map<TopicPartition, Long> begins(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> wanted,
            Map<TopicPartition, Long> first,
            Map<TopicPartition, Long> ends) {
        var begins = new HashMap<>(range.start().equals(Start.LATEST) ? ends : first);
        if (range.start() instanceof Start.At at) {
            var time = at.time().toEpochMilli();
            var asked = wanted.stream().collect(Collectors.toMap(partition -> partition, partition -> time));
            asking(limit -> consumer.offsetsForTimes(asked, limit))
                    .forEach((partition, found) -> begins.put(
                            partition, found == null ? ends.getOrDefault(partition, 0L) : (Long) found.offset()));
        }
        for (var partition : wanted) {
            var from = range.from().get(partition.partition());
            if (from != null) {
                begins.put(partition, from);
            }
        }
        return begins;
    }

    @Override
    void turn(Consumer<byte[], byte[]> consumer) {
        deliver();
        if (polled.isEmpty() && open.isEmpty()) {
            complete();
        } else if (demand() == 0) {
            sleep();
        } else if (!isOver()) {
            poll(consumer);
        }
    }

    private void deliver() {
        while (!polled.isEmpty() && !isOver()) {
            var next = Objects.requireNonNull(polled.peek());
            var arrived = Instant.ofEpochMilli(Math.max(0, next.timestamp()));
            if (range.hasArrivedInTime(arrived)) {
                if (demand() == 0) {
                    return;
                }
                var key = KafkaRecords.keyOf(next.key());
                signal(new StoredEvent(next.partition(), next.offset(), arrived, key, records.decode(next)));
            }
            polled.remove();
        }
    }

    private void poll(Consumer<byte[], byte[]> consumer) {
        try {
            for (var next : consumer.poll(POLL)) {
                if (next.offset() < open.getOrDefault(new TopicPartition(next.topic(), next.partition()), 0L)) {
                    polled.add(next);
                }
            }
        } catch (OffsetOutOfRangeException gone) {
            // Retention went past it: what is gone is no part of the topic any more.
            consumer.seekToBeginning(gone.offsetOutOfRangePartitions().keySet());
        }
        var done = open.entrySet().stream()
                .filter(entry -> consumer.position(entry.getKey(), CALL) >= entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
        if (!done.isEmpty()) {
            open.keySet().removeAll(done);
            consumer.pause(done);
        }
    }
}
