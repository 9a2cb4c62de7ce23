package dev.sluice.broker.kafka;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the positions of partitions that the group gave are looked for: at once, and as long as that fails again and
 * again, 100 ms later at first, doubling to 10 s. Meanwhile polls go on, since only they keep the member in its group,
 * or bring it back, and read the other partitions. All on the poll thread.
 */
final class Resolving {
    private static final Logger LOG = LoggerFactory.getLogger(Resolving.class);
    private static final long BACKOFF_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BACKOFF_MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final KafkaMember member;
    private final Positions positions;
    private final Handover handover;
    private boolean wanted;
    private long dueNanos;
    private long backoffNanos = BACKOFF_MIN_NANOS;

    Resolving(KafkaMember member, Positions positions, Handover handover) {
        this.member = member;
        this.positions = positions;
        this.handover = handover;
    }

    /** There are partitions without a reading: looks for their positions with the next {@link #tick}. */
    void want() {
        wanted = true;
        dueNanos = member.gate.nanos();
    }

    /** Begins to read what can be read, if it is time to look; says of the rest why not. Throws nothing. */
    void tick(Consumer<?, ?> consumer, Collection<OwnedPartition> owned) {
        if (!wanted || member.gate.nanos() - dueNanos < 0 || member.isEnded()) {
            return;
        }
        var without = owned.stream().filter(Resolving::isUnresolved).toList();
        var free = without.stream().filter(one -> !handover.isAwaited(one.at)).toList();
        wanted = free.size() < without.size();
        if (free.isEmpty()) {
            return;
        }
        try {
            positions.resolve(consumer, free);
            backoffNanos = BACKOFF_MIN_NANOS;
        } catch (RuntimeException error) {
            failed(free, error);
        }
    }

    private static boolean isUnresolved(OwnedPartition one) {
        return one.reading == null && !one.stopped;
    }

    private void failed(Collection<OwnedPartition> tried, RuntimeException error) {
        LOG.debug("positions could not be found", error);
        member.meters.pollFailures.increment();
        for (var one : tried) {
            if (isUnresolved(one)) {
                one.unresolved = "partition " + one.partition() + " is not read yet, since its position could not be"
                        + " found or stored; that is tried again: " + error.getMessage();
            }
        }
        wanted = true;
        dueNanos = member.gate.nanos() + backoffNanos;
        backoffNanos = Math.min(BACKOFF_MAX_NANOS, 2 * backoffNanos);
    }
}
