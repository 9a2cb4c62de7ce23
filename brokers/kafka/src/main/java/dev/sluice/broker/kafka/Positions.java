package dev.sluice.broker.kafka;

import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the partitions that a member was given are read from. All on the poll thread; nothing is delivered of a
 * partition before the position that was found here is stored, so that the next owner finds it too.
 *
 * <ol>
 *   <li>A committed offset: from there, without what its metadata says is done. Metadata that can't be used: all from
 *       there on comes again.
 *   <li>None, but this source has stored one before: somebody deleted it. Not read until it is reset.
 *   <li>None on any partition of the topic: the group is new; its start.
 *   <li>Some on others: the partition is new; from its beginning. Unless the group begins just now ({@link Birth}).
 * </ol>
 */
final class Positions {
    private static final Logger LOG = LoggerFactory.getLogger(Positions.class);
    private static final Duration CALL_MAX = Duration.ofSeconds(5);
    /** Open records of a partition. */
    static final int OPEN_MAX = 1_000;

    private final KafkaMember member;
    private final Subscription subscription;
    private final Map<Integer, Long> stored;
    private final Commits commits;
    private final Clock clock;
    private final long triggers;

    /** @param stored the positions that this source has stored, by partition */
    Positions(KafkaMember member, Subscription subscription, Map<Integer, Long> stored, Commits commits, Clock clock) {
        this.member = member;
        this.subscription = subscription;
        this.stored = stored;
        this.commits = commits;
        this.clock = clock;
        this.triggers = CommitMetadata.hashOf(subscription.triggers());
    }

    /**
     * Finds and stores the positions of partitions, and begins to read them; those that must not be read are stopped.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster did not answer; all is as before
     */
    void resolve(Consumer<?, ?> consumer, Collection<OwnedPartition> partitions) {
        var at = partitions.stream().map(one -> one.at).collect(Collectors.toSet());
        var committed = committed(consumer, at);
        var readings = new ArrayList<PartitionReading>();
        var missing = new ArrayList<OwnedPartition>();
        for (var one : partitions) {
            var offset = committed.get(one.at);
            if (offset != null) {
                readings.add(restored(one, offset));
            } else {
                missing.add(one);
            }
        }
        readings.addAll(begun(consumer, missing));
        readings.removeIf(reading -> reading.partition.stopped);
        commits.now(consumer, readings, false, CALL_MAX);
        readings.forEach(reading -> begin(consumer, reading));
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
        return member.gate.undisturbed(() -> consumer.committed(partitions, CALL_MAX));
    }

    private void begin(Consumer<?, ?> consumer, PartitionReading reading) {
        var partition = reading.partition;
        consumer.seek(partition.at, reading.tracker.next());
        partition.position = reading.tracker.position();
        partition.reading = reading;
        if (member.isEnded()) {
            reading.end();
        }
    }

    /** A reading from a committed position; the partition may be stopped. */
    private PartitionReading restored(OwnedPartition partition, OffsetAndMetadata committed) {
        var offset = committed.offset();
        var metadata = metadataOf(partition, committed);
        partition.position = offset;
        if (metadata != null && metadata.triggers() != triggers && !subscription.acceptTriggerChange()) {
            partition.stop("partition " + partition.partition() + " was read for other triggers than "
                    + subscription.triggers() + ", which may lack what those are done with; to read on all the same,"
                    + " apply with --accept-trigger-change");
            LOG.error("{}: {}", partition.at, partition.trouble);
        }
        var tracker = new OffsetTracker(offset, metadata, triggers, OPEN_MAX);
        if (metadata != null && !metadata.clean()) {
            tracker.countDeath();
        }
        return new PartitionReading(member, partition, tracker, Birth.in(committed.metadata()));
    }

    private @Nullable CommitMetadata metadataOf(OwnedPartition partition, OffsetAndMetadata committed) {
        var decoded = CommitMetadata.decode(Birth.metadataIn(committed.metadata()), committed.offset());
        if (decoded instanceof CommitMetadata.Usable usable) {
            return usable.metadata();
        }
        if (decoded instanceof CommitMetadata.Unusable unusable && unusable.reason() != CommitMetadata.Reason.ABSENT) {
            member.meters.metadataRefused.increment();
            LOG.warn(
                    "{} of group {}: the metadata at position {} {}; events that are done beyond it may come again",
                    partition.at,
                    subscription.group(),
                    committed.offset(),
                    unusable.reason().words());
        }
        return null;
    }

    /** Readings of partitions without a committed position. */
    private List<PartitionReading> begun(Consumer<?, ?> consumer, List<OwnedPartition> partitions) {
        if (partitions.isEmpty()) {
            return List.of();
        }
        var all = new HashSet<TopicPartition>();
        member.gate
                .undisturbed(() -> consumer.partitionsFor(subscription.topic(), CALL_MAX))
                .forEach(info -> all.add(new TopicPartition(info.topic(), info.partition())));
        partitions.forEach(one -> all.add(one.at));
        var others = committed(consumer, all).values().stream()
                .filter(Objects::nonNull)
                .map(offset -> Birth.in(offset.metadata()))
                .toList();
        var isNew = others.isEmpty();
        var birth = others.stream()
                .max(Comparator.comparingLong(Birth::millis))
                .orElseGet(() -> new Birth(all.size(), clock.millis()));
        var starts = new HashMap<TopicPartition, Start>();
        for (var one : partitions) {
            if (stored.containsKey(one.partition())) {
                one.stop(deleted(one));
                LOG.error("{} of group {}: {}", one.at, subscription.group(), one.trouble);
            } else {
                var begins = isNew || birth.isOf(one.partition(), clock.millis());
                starts.put(one.at, begins ? subscription.start() : Start.EARLIEST);
            }
        }
        var offsets = offsets(consumer, starts);
        return partitions.stream()
                .filter(one -> !one.stopped)
                .map(one -> reading(one, offsetOf(offsets, one), birth))
                .toList();
    }

    private String deleted(OwnedPartition partition) {
        return "the group's position on partition " + partition.partition() + ", " + stored.get(partition.partition())
                + ", was deleted; to read on, choose where: sluice reset " + trigger() + " --to earliest";
    }

    private String trigger() {
        return subscription.triggers().isEmpty()
                ? subscription.group()
                : subscription.triggers().get(0);
    }

    /** A partition whose position the log does not have any more, or not yet. */
    void outOfRange(OwnedPartition partition, long offset) {
        partition.stop("partition " + partition.partition() + " has no record at position " + offset
                + ", nor will get one there: its retention took it, or its topic was made anew; to read on, choose"
                + " where: sluice reset " + trigger() + " --to earliest");
        LOG.error("{} of group {}: {}", partition.at, subscription.group(), partition.trouble);
    }

    private static long offsetOf(Map<TopicPartition, Long> offsets, OwnedPartition partition) {
        var offset = offsets.get(partition.at);
        if (offset == null) {
            throw new UnknownTopicOrPartitionException(partition.at + " has no offsets");
        }
        return offset;
    }

    private PartitionReading reading(OwnedPartition partition, long offset, Birth birth) {
        return new PartitionReading(member, partition, new OffsetTracker(offset, null, triggers, OPEN_MAX), birth);
    }

    /** The offsets at which to start. */
    private Map<TopicPartition, Long> offsets(Consumer<?, ?> consumer, Map<TopicPartition, Start> starts) {
        var earliest = new HashSet<TopicPartition>();
        var latest = new HashSet<TopicPartition>();
        var times = new HashMap<TopicPartition, Long>();
        starts.forEach((at, start) -> {
            if (start instanceof Start.At time) {
                times.put(at, Math.max(0, time.time().toEpochMilli()));
            } else if (start.equals(Start.LATEST)) {
                latest.add(at);
            } else {
                earliest.add(at);
            }
        });
        var offsets = new HashMap<TopicPartition, Long>();
        if (!times.isEmpty()) {
            member.gate
                    .undisturbed(() -> consumer.offsetsForTimes(times, CALL_MAX))
                    .forEach((at, found) -> {
                        if (found != null) {
                            offsets.put(at, found.offset());
                        }
                    });
            times.keySet().stream().filter(at -> !offsets.containsKey(at)).forEach(latest::add);
        }
        if (!earliest.isEmpty()) {
            offsets.putAll(member.gate.undisturbed(() -> consumer.beginningOffsets(earliest, CALL_MAX)));
        }
        if (!latest.isEmpty()) {
            offsets.putAll(member.gate.undisturbed(() -> consumer.endOffsets(latest, CALL_MAX)));
        }
        return offsets;
    }

    /**
     * Stores new positions of partitions, whose readings have ended, and begins to read there.
     *
     * @throws org.apache.kafka.common.KafkaException when the cluster did not answer; the positions may be stored
     */
    void reset(Consumer<?, ?> consumer, Collection<OwnedPartition> partitions, Start to) {
        var starts = partitions.stream().collect(Collectors.toMap(one -> one.at, one -> to));
        var offsets = offsets(consumer, starts);
        var readings = partitions.stream()
                .map(one -> reading(one, offsetOf(offsets, one), Birth.UNKNOWN))
                .toList();
        commits.now(consumer, readings, false, CALL_MAX);
        for (var reading : readings) {
            reading.partition.stopped = false;
            reading.partition.trouble = null;
            begin(consumer, reading);
        }
        LOG.info("group {} was moved to {} on {}", subscription.group(), to, offsets);
    }
}
