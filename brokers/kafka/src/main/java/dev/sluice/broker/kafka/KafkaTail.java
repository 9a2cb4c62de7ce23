package dev.sluice.broker.kafka;

import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import reactor.core.CoreSubscriber;

/**
 * Watches a topic: a consumer without a group on a thread of its own, which alone touches the consumer and signals. The
 * subscriber has its subscription once the consumer has its places: what is stored from then on is seen. It fetches
 * only while there is demand and keeps at most one poll of {@link #BEHIND_MAX} events; what came meanwhile beyond that
 * many per partition is skipped, but for what was there when it began: that it catches up with.
 */
final class KafkaTail extends KafkaWatch<TailEvent> {
    /** How many events of a partition the watcher may be behind. */
    static final int BEHIND_MAX = 64;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final Map<Integer, Long> after;
    private final KafkaRecords records;
    private final Counter skipped;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    /** Where each partition ended when it began. */
    private final Map<TopicPartition, Long> liveFrom = new HashMap<>();

    private final long refreshNanos;
    private boolean starved;
    private long refreshedNanos;

    KafkaTail(
            String topic,
            Map<Integer, Long> after,
            CoreSubscriber<? super TailEvent> actual,
            KafkaWatches watches,
            Counter skipped,
            String threadName) {
        this(topic, after, actual, watches, skipped, threadName, REFRESH);
    }

    /** @param refresh how often it looks which partitions the topic has */
    KafkaTail(
            String topic,
            Map<Integer, Long> after,
            CoreSubscriber<? super TailEvent> actual,
            KafkaWatches watches,
            Counter skipped,
            String threadName,
            Duration refresh) {
        super(topic, actual, watches, threadName);
        this.refreshNanos = refresh.toNanos();
        this.after = after;
        this.records = watches.records();
        this.skipped = skipped;
    }

    @Override
    void turn(Consumer<byte[], byte[]> consumer) {
        deliver();
        if (demand() == 0) {
            starved = true;
            sleep();
            return;
        }
        try {
            fetch(consumer);
        } catch (OffsetOutOfRangeException gone) {
            goOn(consumer, gone.offsetOutOfRangePartitions(), divergence(gone));
        }
    }

    /** Every step that asks for a position may find that it is gone. */
    private void fetch(Consumer<byte[], byte[]> consumer) {
        if (starved) {
            skip(consumer);
            starved = false;
        }
        refresh(consumer);
        consumer.poll(POLL).forEach(polled::add);
    }

    @Override
    boolean placesFirst() {
        return true;
    }

    @Override
    void assign(Consumer<byte[], byte[]> consumer) {
        var partitions = partitions(consumer);
        consumer.assign(partitions);
        var ends = asking(limit -> consumer.endOffsets(partitions, limit));
        var starts = asking(limit -> consumer.beginningOffsets(partitions, limit));
        for (var partition : partitions) {
            long end = ends.getOrDefault(partition, 0L);
            long start = starts.getOrDefault(partition, 0L);
            var seen = after.get(partition.partition());
            liveFrom.put(partition, end);
            consumer.seek(partition, seen == null || seen >= end ? end : Math.max(start, seen + 1));
        }
        refreshedNanos = System.nanoTime();
    }

    /** Partitions may be added to the topic, and it may be deleted, and made anew with fewer. */
    private void refresh(Consumer<byte[], byte[]> consumer) {
        var now = System.nanoTime();
        if (now - refreshedNanos < refreshNanos) {
            return;
        }
        refreshedNanos = now;
        var partitions = partitions(consumer);
        if (consumer.assignment().equals(new HashSet<>(partitions))) {
            return;
        }
        consumer.assign(partitions);
        liveFrom.keySet().retainAll(partitions);
        var added = partitions.stream()
                .filter(partition -> liveFrom.putIfAbsent(partition, 0L) == null)
                .toList();
        // Of none, the client makes all.
        if (!added.isEmpty()) {
            consumer.seekToBeginning(added);
        }
    }

    /** After a time without demand: what is too far behind is not fetched. */
    private void skip(Consumer<byte[], byte[]> consumer) {
        var ends = consumer.endOffsets(consumer.assignment(), CALL);
        ends.forEach((partition, end) -> {
            var position = consumer.position(partition, CALL);
            var wanted = end - BEHIND_MAX;
            if (position >= liveFrom.getOrDefault(partition, 0L) && position < wanted) {
                skipped.increment((double) (wanted - position));
                consumer.seek(partition, wanted);
            }
        });
    }

    /**
     * Where retention went past a position, what is gone is skipped like what came too fast. Where another log goes on
     * before it, all of that is new. Where the topic ends before it, it was cut off or made anew: what comes from now on
     * is seen.
     */
    private void goOn(
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> outOfRange,
            Map<TopicPartition, OffsetAndMetadata> divergence) {
        var first = asking(limit -> consumer.beginningOffsets(outOfRange.keySet(), limit));
        var ends = asking(limit -> consumer.endOffsets(outOfRange.keySet(), limit));
        outOfRange.forEach((partition, position) -> {
            long begin = first.getOrDefault(partition, 0L);
            var divergent = divergence.get(partition);
            if (begin > position) {
                consumer.seek(partition, begin);
            } else {
                long from =
                        divergent == null ? ends.getOrDefault(partition, begin) : Math.max(begin, divergent.offset());
                liveFrom.put(partition, from);
                consumer.seek(partition, from);
            }
        });
    }

    private void deliver() {
        while (demand() > 0 && !polled.isEmpty() && !isOver()) {
            var next = polled.remove();
            signal(new TailEvent(next.partition(), next.offset(), records.decode(next)));
        }
    }
}
