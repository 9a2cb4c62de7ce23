package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** A partition of ten events, of which none comes, on topic 't'. */
final class OddConsumer extends MockConsumer<byte[], byte[]> {
    private static final TopicPartition ONLY = new TopicPartition("t", 0);

    final List<Long> sought = new CopyOnWriteArrayList<>();
    private boolean outOfRange;
    volatile long begin;
    volatile long end = 10;

    /** @param outOfRange whether its position is out of range at the first poll, the topic then being as the fields say */
    OddConsumer(boolean outOfRange) {
        super("none");
        this.outOfRange = outOfRange;
        updateBeginningOffsets(Map.of(ONLY, 0L));
        updateEndOffsets(Map.of(ONLY, 10L));
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic, Duration limit) {
        return List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0]));
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        sought.add(offset);
        super.seek(partition, offset);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
        if (outOfRange) {
            outOfRange = false;
            updateBeginningOffsets(Map.of(ONLY, begin));
            updateEndOffsets(Map.of(ONLY, end));
            throw new OffsetOutOfRangeException(Map.of(ONLY, position(ONLY)));
        }
        LockSupport.parkNanos(1_000_000);
        return ConsumerRecords.empty();
    }
}
