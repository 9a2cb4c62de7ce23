package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores positions and their metadata. All on the poll thread, but for {@link #failure}.
 *
 * <p>While nothing happens to the group, what has changed is committed every 200 ms without waiting, one commit at a
 * time: a second one under way could overtake the first. When a partition is given away, and before its first record is
 * delivered, the commit is waited for.
 */
final class Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** A failure is news when it lasts: the first commit after a rebalance may well fail. */
    private static final long FAILING_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PollGate gate;
    private final SourceMeters meters;
    private final ObjLongConsumer<TopicPartition> onStored;
    /** What a commit under way stores; null when there is none. */
    private @Nullable Map<TopicPartition, OffsetAndMetadata> underWay;

    private long dueNanos;
    private long failingSinceNanos;
    private @Nullable Exception failing;
    private volatile @Nullable String failure;

    /** @param onStored told of each position that was stored */
    Commits(PollGate gate, SourceMeters meters, ObjLongConsumer<TopicPartition> onStored) {
        this.gate = gate;
        this.meters = meters;
        this.onStored = onStored;
        this.dueNanos = gate.nanos();
    }

    /** Why positions are not stored for a while now; null when they are. From any thread. */
    @Nullable
    String failure() {
        return failure;
    }

    /** When to look again. */
    long dueNanos() {
        return dueNanos;
    }

    /** Commits what has changed, when it is time to. */
    void tick(Consumer<?, ?> consumer, OwnedPartition[] owned) {
        var now = gate.nanos();
        if (now - dueNanos < 0) {
            return;
        }
        dueNanos = now + EVERY_NANOS;
        if (underWay != null) {
            return;
        }
        var readings = new HashMap<TopicPartition, PartitionReading>();
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var one : owned) {
            var reading = one.reading;
            if (reading != null && !reading.hasEnded() && (reading.unsaved || reading.tracker.changed())) {
                readings.put(one.at, reading);
                offsets.put(one.at, textOf(reading, false));
            }
        }
        if (!offsets.isEmpty()) {
            underWay = offsets;
            commit(consumer, readings, offsets);
        }
    }

    private void commit(
            Consumer<?, ?> consumer,
            Map<TopicPartition, PartitionReading> readings,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            gate.undisturbed(() -> {
                consumer.commitAsync(offsets, (stored, error) -> completed(readings, offsets, error));
                return offsets;
            });
        } catch (RuntimeException refused) {
            completed(readings, offsets, refused);
        }
    }

    /** The consumer is closed: what was under way is not waited for. */
    void forget() {
        underWay = null;
    }

    private void completed(
            Map<TopicPartition, PartitionReading> readings,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            @Nullable Exception error) {
        if (underWay == offsets) {
            underWay = null;
        }
        if (error == null) {
            stored(offsets);
            return;
        }
        readings.values().forEach(reading -> reading.unsaved = true);
        failed(error);
    }

    private void stored(Map<TopicPartition, OffsetAndMetadata> offsets) {
        meters.commits.increment();
        failing = null;
        failure = null;
        offsets.forEach((at, offset) -> onStored.accept(at, offset.offset()));
    }

    private void failed(Exception error) {
        meters.commitFailures.increment();
        var now = gate.nanos();
        if (failing == null) {
            failingSinceNanos = now;
        }
        failing = error;
        var passing = error instanceof RetriableCommitFailedException || error instanceof RebalanceInProgressException;
        LOG.atLevel(passing ? org.slf4j.event.Level.DEBUG : org.slf4j.event.Level.WARN)
                .log("positions could not be stored, they are tried again: {}", error.toString());
        if (now - failingSinceNanos >= FAILING_NANOS) {
            failure = "positions can't be stored, so events would come again after a restart: " + error.getMessage();
        }
    }

    private OffsetAndMetadata textOf(PartitionReading reading, boolean clean) {
        reading.unsaved = false;
        var metadata = reading.snapshot(clean);
        if (metadata.leftOut() > 0) {
            meters.metadataLeftOut.increment(metadata.leftOut());
        }
        return new OffsetAndMetadata(metadata.position(), reading.birth.after(metadata.encode()));
    }

    /**
     * Commits and waits for it.
     *
     * @param clean whether nothing of the readings is run any more
     * @throws org.apache.kafka.common.KafkaException when it was not acknowledged in time; it may be stored
     */
    void now(Consumer<?, ?> consumer, Collection<PartitionReading> readings, boolean clean, Duration max) {
        if (readings.isEmpty()) {
            return;
        }
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        readings.forEach(reading -> offsets.put(reading.partition.at, textOf(reading, clean)));
        try {
            gate.undisturbed(() -> {
                consumer.commitSync(offsets, max);
                return offsets;
            });
            stored(offsets);
        } catch (RuntimeException error) {
            List.copyOf(readings).forEach(reading -> reading.unsaved = true);
            failed(error);
            throw error;
        }
    }
}
