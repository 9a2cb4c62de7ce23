package dev.sluice.broker.memory;

import dev.sluice.broker.TailEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * Watches a topic: an own place in each partition, nothing kept. What the topic does not have any more is skipped; so
 * is, of what came since it began, all but the last {@link #BEHIND_MAX} per partition.
 */
final class MemoryTail extends Emitter<TailEvent> {
    /** How many events of a partition the watcher may be behind. */
    static final int BEHIND_MAX = 64;

    private final MemoryTopic topic;
    private final Map<Integer, Long> after;
    private long[] next = {};
    /** Where the partition ended when it began: up to there it catches up without skipping. */
    private long[] liveFrom = {};

    private int turn;

    MemoryTail(MemoryTopic topic, Map<Integer, Long> after, CoreSubscriber<? super TailEvent> actual) {
        super(actual);
        this.topic = topic;
        this.after = after;
    }

    /** Notes where to go on from in each partition. */
    void takePlaces() {
        topic.lock();
        try {
            var partitions = topic.room.log.partitions();
            next = new long[partitions];
            liveFrom = new long[partitions];
            for (var p = 0; p < partitions; p++) {
                var end = topic.room.log.partition(p).end();
                var seen = after.get(p);
                next[p] = seen == null || seen >= end ? end : seen + 1;
                liveFrom[p] = end;
            }
        } finally {
            topic.unlock();
        }
    }

    /** Begins, unless cancelled by now. */
    void begin() {
        topic.lock();
        try {
            if (isEnded()) {
                return;
            }
            topic.readers.add(this);
        } finally {
            topic.unlock();
        }
        drain();
    }

    @Override
    @Nullable
    TailEvent next() {
        topic.lock();
        try {
            for (var tried = 0; tried < next.length; tried++) {
                turn = turn + 1 >= next.length ? 0 : turn + 1;
                var log = topic.room.log.partition(turn);
                var offset = Math.max(next[turn], log.start());
                if (offset >= liveFrom[turn]) {
                    offset = Math.max(offset, log.end() - BEHIND_MAX);
                }
                if (offset < log.end()) {
                    next[turn] = offset + 1;
                    return new TailEvent(turn, offset, log.get(offset).event);
                }
            }
            return null;
        } finally {
            topic.unlock();
        }
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
