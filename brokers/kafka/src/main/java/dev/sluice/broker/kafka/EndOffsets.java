package dev.sluice.broker.kafka;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;

/** Asks the cluster where partitions end, without a consumer's thread. */
@FunctionalInterface
interface EndOffsets {
    /**
     * The offsets behind the last record that a reader of committed records can see. Never blocks; completes on any
     * thread, within the client's time limit. A partition that is not in the answer is unknown.
     */
    CompletionStage<Map<TopicPartition, Long>> of(Collection<TopicPartition> partitions);
}
