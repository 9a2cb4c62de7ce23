package dev.sluice.broker.memory;

import org.jspecify.annotations.Nullable;

/**
 * What a topic holds: a log per partition, and per partition the floor from which on events are still wanted. Events
 * below the floor stay for replay and tail and are what can be evicted, the oldest of the topic first.
 *
 * <p>Invariants: {@code start <= floor <= end} per partition; {@link #evictableEvents} and {@link #evictableBytes} are
 * exactly what stands below the floors. Not safe for several threads; the topic's lock guards it.
 */
final class TopicLog {
    private final PartitionLog[] logs;
    private final long[] floors;
    private long sequence;
    private long events;
    private long bytes;
    private long evictableEvents;
    private long evictableBytes;

    TopicLog(int partitions) {
        logs = new PartitionLog[partitions];
        floors = new long[partitions];
        for (var p = 0; p < partitions; p++) {
            logs[p] = new PartitionLog();
        }
    }

    int partitions() {
        return logs.length;
    }

    PartitionLog partition(int partition) {
        return logs[partition];
    }

    long events() {
        return events;
    }

    long bytes() {
        return bytes;
    }

    long evictableEvents() {
        return evictableEvents;
    }

    long evictableBytes() {
        return evictableBytes;
    }

    long floor(int partition) {
        return floors[partition];
    }

    void append(LogEvent event) {
        event.sequence = sequence++;
        event.arrivedMillis = System.currentTimeMillis();
        logs[event.partition].append(event);
        events++;
        bytes += event.sizeBytes;
    }

    /** Says that the partition's events below the offset are not wanted any more, or, going down, are wanted again. */
    void moveFloor(int partition, long floor) {
        var log = logs[partition];
        var from = floors[partition];
        for (; from < floor; from++) {
            evictableEvents++;
            evictableBytes += log.get(from).sizeBytes;
        }
        for (; from > floor; from--) {
            evictableEvents--;
            evictableBytes -= log.get(from - 1).sizeBytes;
        }
        floors[partition] = floor;
    }

    /** Removes the oldest event that is not wanted any more, or returns null if all are. */
    @Nullable
    LogEvent evictOldest() {
        if (evictableEvents == 0) {
            return null;
        }
        PartitionLog oldest = null;
        var lowest = Long.MAX_VALUE;
        for (var p = 0; p < logs.length; p++) {
            var log = logs[p];
            if (log.start() < floors[p]) {
                var age = log.get(log.start()).sequence;
                if (age < lowest) {
                    lowest = age;
                    oldest = log;
                }
            }
        }
        if (oldest == null) {
            throw new IllegalStateException(evictableEvents + " events are to be evictable, but none is");
        }
        var evicted = oldest.removeFirst();
        events--;
        bytes -= evicted.sizeBytes;
        evictableEvents--;
        evictableBytes -= evicted.sizeBytes;
        return evicted;
    }
}
