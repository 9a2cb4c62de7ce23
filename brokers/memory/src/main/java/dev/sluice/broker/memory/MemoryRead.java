package dev.sluice.broker.memory;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * Reads a part of a topic: per partition an own place and the end as it was. Keeps nothing, and holds nothing back:
 * what the topic drops before its turn is no part of it any more.
 */
final class MemoryRead extends Emitter<StoredEvent> {
    /** Events that one look under the lock passes by for want of arriving in time. */
    private static final int PASSED_MAX = 1_024;

    private final MemoryTopic topic;
    private final ReadRange range;
    private long[] next = {};
    private long[] end = {};
    private int partition;
    private boolean complete;
    private boolean cut;

    MemoryRead(MemoryTopic topic, ReadRange range, CoreSubscriber<? super StoredEvent> actual) {
        super(actual);
        this.topic = topic;
        this.range = range;
    }

    /** Notes where each partition begins and ends. */
    void takePlaces() {
        topic.lock();
        try {
            topic.readers.add(this);
            var partitions = topic.room.log.partitions();
            next = new long[partitions];
            end = new long[partitions];
            for (var p = 0; p < partitions; p++) {
                var log = topic.room.log.partition(p);
                end[p] = range.has(p) ? Math.min(log.end(), range.to().getOrDefault(p, Long.MAX_VALUE)) : 0;
                var from = range.from().get(p);
                next[p] = from != null ? from : begin(log);
            }
            findPartition();
        } finally {
            topic.unlock();
        }
    }

    private long begin(PartitionLog log) {
        if (!(range.start() instanceof Start.At at)) {
            return range.start().equals(Start.LATEST) ? log.end() : log.start();
        }
        var wanted = at.time().toEpochMilli();
        var offset = log.start();
        while (offset < log.end() && log.get(offset).arrivedMillis < wanted) {
            offset++;
        }
        return offset;
    }

    @Override
    @Nullable
    StoredEvent next() {
        while (!complete && !cut && !isEnded()) {
            var found = look();
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable StoredEvent look() {
        topic.lock();
        try {
            if (topic.isClosed()) {
                cut = true; // its error is on its way
                return null;
            }
            for (var passed = 0; passed < PASSED_MAX && findPartition(); passed++) {
                var log = topic.room.log.partition(partition);
                var offset = next[partition]++;
                var kept = log.get(offset);
                var arrived = Instant.ofEpochMilli(kept.arrivedMillis);
                if (range.hasArrivedInTime(arrived)) {
                    return new StoredEvent(partition, offset, arrived, kept.key, kept.event);
                }
            }
            return null;
        } finally {
            topic.unlock();
        }
    }

    /** Goes to the next partition that has something left; there is none when it says so. Under the lock. */
    private boolean findPartition() {
        for (; partition < next.length; partition++) {
            next[partition] = Math.max(
                    next[partition], topic.room.log.partition(partition).start());
            if (next[partition] < end[partition]) {
                return true;
            }
        }
        complete = true;
        return false;
    }

    @Override
    boolean isComplete() {
        if (!complete && !cut) {
            topic.lock();
            try {
                return !topic.isClosed() && !findPartition();
            } finally {
                topic.unlock();
            }
        }
        return complete;
    }

    @Override
    void leave() {
        topic.lock();
        try {
            topic.readers.remove(this);
        } finally {
            topic.unlock();
        }
    }
}
