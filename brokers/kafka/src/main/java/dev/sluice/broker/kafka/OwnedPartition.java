package dev.sluice.broker.kafka;

import dev.sluice.broker.Lag.PartitionLag;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A partition that a member owns: what is known of it whether it is read or not. */
final class OwnedPartition {
    static final long UNKNOWN = -1;

    final TopicPartition at;
    /** How many of its records were lent. */
    final LongAdder lent = new LongAdder();

    /** Its present reading; null while its position is not known and when it must not be read. */
    volatile @Nullable PartitionReading reading;
    /** Why it is not read; null when all is well. */
    volatile @Nullable String trouble;
    /** Why its position could not be found or stored, which is tried again; null when it was. */
    volatile @Nullable String unresolved;
    /** That it does not move, though it could; null when it does. */
    volatile @Nullable String stuck;
    /** The lowest offset that is not done, as of late. */
    volatile long position = UNKNOWN;
    /** The offset after the last one, as of late. */
    volatile long end = UNKNOWN;
    /** When a fetch told it. */
    volatile long endFetchedNanos;
    /** Records that are fetched and not done, as of late. */
    volatile int open;
    /** When it was stored what stands at the position, in milliseconds since 1970; unknown when nothing is open. */
    volatile long oldestOpenMillis = UNKNOWN;

    /** Whether it must not be fetched until it is reset; the poll thread's, as all that follows. */
    boolean stopped;
    /** Whether Kafka was told not to fetch it. */
    boolean held;
    /** Whether it had its turn, and waits for those that had none. */
    boolean served;
    /** When it was seen to move last. */
    long movedNanos;
    /** What it looked like then. */
    long movedMark;

    OwnedPartition(TopicPartition at) {
        this.at = at;
    }

    /** All that is wrong with it in one sentence; null when all is well. */
    @Nullable
    String complaint() {
        var why = trouble;
        var yet = unresolved;
        return why != null ? why : yet != null ? yet : stuck;
    }

    /** Whether nothing is fetched since too much of it is open; from any thread. */
    boolean isFull() {
        var now = reading;
        return now != null && now.isFull();
    }

    int partition() {
        return at.partition();
    }

    /** How far it is; from any thread. */
    PartitionLag lag() {
        var now = reading;
        return now == null
                ? new PartitionLag(partition(), position, end)
                : new PartitionLag(
                        partition(), position, end, now.undeliveredFrom(), now.first, now.begins ? now.first : UNKNOWN);
    }

    /** It is not read until it is reset. */
    void stop(String why) {
        stopped = true;
        trouble = why;
        unresolved = null;
    }
}
