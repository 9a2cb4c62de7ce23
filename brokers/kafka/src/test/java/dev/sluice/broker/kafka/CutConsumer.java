package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition of ten events on topic 't'. When those before {@link #CUT} are fetched, a leader is elected that had less;
 * every question about the position tells so until another one is sought.
 */
final class CutConsumer extends MockConsumer<byte[], byte[]> {
    static final long CUT = 7;

    private static final TopicPartition ONLY = new TopicPartition("t", 0);

    private final Map<TopicPartition, OffsetAndMetadata> divergence;
    private final long endSince;
    private boolean isCut;
    private boolean isGone;

    /**
     * @param divergent where the new leader's log goes on, or negative when the cluster does not know
     * @param endSince where the new leader's log ends
     */
    CutConsumer(long divergent, long endSince) {
        super("none");
        this.divergence = divergent < 0 ? Map.of() : Map.of(ONLY, new OffsetAndMetadata(divergent));
        this.endSince = endSince;
        updateBeginningOffsets(Map.of(ONLY, 0L));
        updateEndOffsets(Map.of(ONLY, 10L));
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic, Duration limit) {
        return List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0]));
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        isGone = false;
        super.seek(partition, offset);
    }

    @Override
    public synchronized long position(TopicPartition partition, Duration limit) {
        requireThere();
        return position(partition);
    }

    private void requireThere() {
        if (isGone) {
            throw new LogTruncationException(Map.of(ONLY, position(ONLY)), divergence);
        }
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
        requireThere();
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        var end = isCut ? endSince : CUT;
        for (var offset = position(ONLY); offset < end && paused().isEmpty(); offset++) {
            records.add(new ConsumerRecord<>("t", 0, offset, null, new byte[] {(byte) offset}));
        }
        if (records.isEmpty()) {
            LockSupport.parkNanos(1_000_000);
            return ConsumerRecords.empty();
        }
        super.seek(ONLY, end);
        if (!isCut) {
            isCut = true;
            isGone = true;
            updateEndOffsets(Map.of(ONLY, endSince));
        }
        return new ConsumerRecords<>(Map.of(ONLY, records), Map.of(ONLY, new OffsetAndMetadata(end)));
    }
}
