package dev.sluice.broker;

import java.util.List;
import java.util.OptionalLong;

/**
 * How far a group is behind the end of a topic, partition by partition.
 *
 * @param topic the topic
 * @param group the group
 * @param partitions one entry per partition that was asked for, ascending
 */
public record Lag(String topic, String group, List<PartitionLag> partitions) {
    public Lag {
        partitions = List.copyOf(partitions);
    }

    /** All events behind; empty when it is unknown for any partition, which is not the same as none. */
    public OptionalLong events() {
        var sum = 0L;
        for (var partition : partitions) {
            if (!partition.known()) {
                return OptionalLong.empty();
            }
            sum += partition.events();
        }
        return OptionalLong.of(sum);
    }

    /**
     * One partition's part of it.
     *
     * @param partition its number
     * @param position the lowest offset that is not done; -1 when unknown
     * @param end the offset that the next event will get; -1 when unknown
     * @param next the lowest offset from which on nothing was delivered to the member whose lag it is; -1 when unknown,
     *     and for a group as a whole
     * @param first the offset at which the member began to read it; -1 when unknown
     * @param groupFirst the offset at which the group began with it, since it had no position there before; -1 when
     *     unknown, as when the member went on where others had read
     */
    public record PartitionLag(int partition, long position, long end, long next, long first, long groupFirst) {
        /** A group's part, of which nobody knows what was delivered. */
        public PartitionLag(int partition, long position, long end) {
            this(partition, position, end, -1);
        }

        /** A member's part, of which nobody knows where it began. */
        public PartitionLag(int partition, long position, long end, long next) {
            this(partition, position, end, next, -1, -1);
        }

        /** Whether both ends are known. */
        public boolean known() {
            return position >= 0 && end >= 0;
        }

        /** Events between position and end; never negative, and only meaningful when {@link #known}. */
        public long events() {
            return Math.max(0, end - position);
        }

        /** Events behind the last that was delivered; empty when unknown. */
        public OptionalLong undelivered() {
            return next >= 0 && end >= 0 ? OptionalLong.of(Math.max(0, end - next)) : OptionalLong.empty();
        }
    }
}
