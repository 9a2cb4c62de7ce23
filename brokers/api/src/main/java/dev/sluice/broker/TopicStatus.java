package dev.sluice.broker;

import java.util.List;

/**
 * What a topic holds at the moment, for those who look from outside.
 *
 * @param topic its name
 * @param partitions one entry each, ascending
 * @param groups the groups that read it, with their lag
 */
public record TopicStatus(String topic, List<PartitionStatus> partitions, List<Lag> groups) {
    public TopicStatus {
        partitions = List.copyOf(partitions);
        groups = List.copyOf(groups);
    }

    /** Events held in all partitions. */
    public long events() {
        return partitions.stream().mapToLong(p -> p.end() - p.start()).sum();
    }

    /**
     * One partition.
     *
     * @param partition its number
     * @param start the oldest offset it still has
     * @param end the offset that the next event will get
     * @param bytes what it holds; -1 when the broker can't tell
     */
    public record PartitionStatus(int partition, long start, long end, long bytes) {}
}
