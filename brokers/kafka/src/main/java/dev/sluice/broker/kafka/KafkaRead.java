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
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import reactor.core.CoreSubscriber;

/**
 * Reads a part of a topic, from a place per partition to where it ended when the reading began, the committed records
 * only. A partition is at its end once the consumer's position is, so offsets that hold no record (transactions,
 * compaction) don't keep it waiting; it is not fetched any more then. Keeps one poll at most.
 */
final class KafkaRead extends KafkaWatch<StoredEvent> {
    /** How long a topic may give nothing of what it should have. */
    static final Duration STALL = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(200);

    private final ReadRange range;
    private final KafkaRecords records;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    /** Where each partition ends that is not at its end. */
    private final Map<TopicPartition, Long> open = new HashMap<>();

    private final long stallNanos;
    /** How long polls have brought nothing, one after another. */
    private long stoodNanos;

    KafkaRead(
            String topic,
            ReadRange range,
            CoreSubscriber<? super StoredEvent> actual,
            KafkaWatches watches,
            String threadName) {
        this(topic, range, actual, watches, threadName, STALL);
    }

    KafkaRead(
            String topic,
            ReadRange range,
            CoreSubscriber<? super StoredEvent> actual,
            KafkaWatches watches,
            String threadName,
            Duration stall) {
        super(topic, actual, watches, threadName);
        this.stallNanos = stall.toNanos();
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
        var begun = System.nanoTime();
        boolean moved;
        try {
            moved = fetch(consumer);
        } catch (OffsetOutOfRangeException gone) {
            moved = goOn(consumer, gone.offsetOutOfRangePartitions(), divergence(gone));
        }
        stoodNanos = moved || open.isEmpty() ? 0 : stoodNanos + System.nanoTime() - begun;
        if (stoodNanos >= stallNanos) {
            stalled(consumer);
        }
    }

    /** Whether a position went on. Asking for one may tell as well that it is gone. */
    private boolean fetch(Consumer<byte[], byte[]> consumer) {
        var before = positions(consumer);
        for (var next : consumer.poll(POLL)) {
            if (next.offset() < open.getOrDefault(new TopicPartition(next.topic(), next.partition()), 0L)) {
                polled.add(next);
            }
        }
        var after = positions(consumer);
        var done = open.entrySet().stream()
                .filter(entry -> after.getOrDefault(entry.getKey(), 0L) >= entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
        if (!done.isEmpty()) {
            open.keySet().removeAll(done);
            consumer.pause(done);
        }
        return !after.equals(before);
    }

    private Map<TopicPartition, Long> positions(Consumer<byte[], byte[]> consumer) {
        return open.keySet().stream()
                .collect(Collectors.toMap(partition -> partition, partition -> consumer.position(partition, CALL)));
    }

    /**
     * Where retention went past a position, what is gone is no part of the topic any more. Where a leader that had less
     * was elected, the log goes on with what was stored since, which is read to where it ends now. Where the topic ends
     * before the position, it was cut off or made anew: its beginning was read already, or is of no interest to who reads
     * from there.
     *
     * @return whether a position changed, or a partition is done
     */
    private boolean goOn(
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> outOfRange,
            Map<TopicPartition, OffsetAndMetadata> divergence) {
        var first = asking(limit -> consumer.beginningOffsets(outOfRange.keySet(), limit));
        var ends = asking(limit -> consumer.endOffsets(outOfRange.keySet(), limit));
        var moved = false;
        for (var gone : outOfRange.entrySet()) {
            var partition = gone.getKey();
            var divergent = divergence.get(partition);
            long position = gone.getValue();
            long from = divergent == null ? position : Math.min(position, divergent.offset());
            from = Math.max(from, first.getOrDefault(partition, 0L));
            long end = Math.min(open.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L));
            // Wherever that is, and though it may be done: until then every poll tells of it again.
            consumer.seek(partition, from);
            if (from < end) {
                open.put(partition, end);
            } else {
                open.remove(partition);
                consumer.pause(List.of(partition));
            }
            moved |= from != position || from >= end;
        }
        return moved;
    }

    /** A topic that is gone, or has no leader, gives nothing and says nothing: polls just come back empty. */
    private void stalled(Consumer<byte[], byte[]> consumer) {
        partitions(consumer);
        var standing =
                open.keySet().stream().map(TopicPartition::partition).sorted().toList();
        throw new TimeoutException(
                "nothing came of partitions " + standing + " within " + Duration.ofNanos(stallNanos));
    }
}
