package dev.sluice.broker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a topic is read.
 *
 * @param partitions those that are read; empty for all
 * @param start where each partition is begun that {@code from} does not name
 * @param from the first offset, by partition
 * @param to the offset before which a partition ends, by partition; one that is not named ends where it ended when the
 *     reading was subscribed to, and none goes on beyond that
 * @param until events that arrived at this time, to the millisecond, or later are left out; null for no such limit
 */
public record ReadRange(
        Set<Integer> partitions,
        Start start,
        Map<Integer, Long> from,
        Map<Integer, Long> to,
        @Nullable Instant until) {
    /** All that a topic has. */
    public static final ReadRange ALL = new ReadRange(Set.of(), Start.EARLIEST, Map.of(), Map.of(), null);

    public ReadRange {
        partitions = Set.copyOf(partitions);
        Objects.requireNonNull(start, "start");
        from = Map.copyOf(from);
        to = Map.copyOf(to);
        until = until == null ? null : until.truncatedTo(ChronoUnit.MILLIS);
    }

    /** All from there on. */
    public static ReadRange from(Start start) {
        return new ReadRange(Set.of(), start, Map.of(), Map.of(), null);
    }

    /** All from these offsets on, and all of the partitions that are not named. */
    public static ReadRange from(Map<Integer, Long> offsets) {
        return new ReadRange(Set.of(), Start.EARLIEST, offsets, Map.of(), null);
    }

    /** The one event that stands there, if there still is one. */
    public static ReadRange at(int partition, long offset) {
        return new ReadRange(
                Set.of(partition), Start.EARLIEST, Map.of(partition, offset), Map.of(partition, offset + 1), null);
    }

    /** The same, but only these partitions. */
    public ReadRange only(Set<Integer> wanted) {
        return new ReadRange(wanted, start, from, to, until);
    }

    /** The same, but before these offsets. */
    public ReadRange to(Map<Integer, Long> offsets) {
        return new ReadRange(partitions, start, from, offsets, until);
    }

    /** The same, but only what arrived before that time. */
    public ReadRange until(@Nullable Instant time) {
        return new ReadRange(partitions, start, from, to, time);
    }

    /** Whether events of the partition are read at all. */
    public boolean has(int partition) {
        return partitions.isEmpty() || partitions.contains(partition);
    }

    /** Whether an event that arrived then is one of them. */
    public boolean hasArrivedInTime(Instant arrived) {
        return until == null || arrived.isBefore(until);
    }
}
