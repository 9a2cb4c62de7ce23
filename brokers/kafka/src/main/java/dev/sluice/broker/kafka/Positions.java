package dev.sluice.broker.kafka;

import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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
import org.apache.kafka.common.KafkaException;
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
    /** For the offsets of partitions, whose leaders may be away while others are read. */
    private static final Duration LOOK_UP_MAX = Duration.ofSeconds(2);
    /** Open records of a partition. */
    static final int OPEN_MAX = 1_000;

    private final KafkaMember member;
    private final Subscription subscription;
    private final Map<Integer, Long> stored;
    private final Commits commits;
    private final Clock clock;
    private final long triggers;
    /** How often partitions were looked up one by one: another one is the first each time. */
    private int rounds;

    /** Where partitions start, as far as could be found; why not all, or null. */
    private record Found(
            Map<TopicPartition, Long> offsets, @Nullable KafkaException failure) {}

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
     * First those that have one, then those that are new, which need their leaders' answers.
     *
     * @throws KafkaException when the cluster did not answer for some partitions: they are as before, others are read
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
        readings.removeIf(reading -> reading.partition.stopped);
        begin(consumer, readings);
        if (!missing.isEmpty()) {
            beginNew(consumer, missing);
        }
    }

    private void begin(Consumer<?, ?> consumer, List<PartitionReading> readings) {
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
        partition.unresolved = null;
        partition.reading = reading;
        reading.takeOverPause();
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
        return new PartitionReading(member, partition, tracker, Birth.in(committed.metadata()), false);
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

    /** Reads partitions without a committed position. */
    private void beginNew(Consumer<?, ?> consumer, List<OwnedPartition> partitions) {
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
        var found = find(consumer, starts);
        var readings = partitions.stream()
                .filter(one -> !one.stopped)
                .filter(one -> found.failure() == null || found.offsets().containsKey(one.at))
                .map(one -> reading(one, offsetOf(found.offsets(), one), birth, true))
                .toList();
        begin(consumer, readings);
        if (found.failure() != null) {
            throw found.failure();
        }
    }

    /** Looks partitions up together; when that fails, one by one, so that one whose leader is away delays no other. */
    private Found find(Consumer<?, ?> consumer, Map<TopicPartition, Start> starts) {
        KafkaException failure;
        try {
            return new Found(offsets(consumer, starts, LOOK_UP_MAX), null);
        } catch (KafkaException together) {
            failure = together;
        }
        var offsets = new HashMap<TopicPartition, Long>();
        if (starts.size() > 1) {
            var left = new ArrayList<>(starts.keySet());
            left.sort(Comparator.comparingInt(TopicPartition::partition));
            Collections.rotate(left, -rounds++);
            var until = member.gate.nanos() + CALL_MAX.toNanos();
            for (var at : left) {
                if (member.gate.nanos() - until >= 0 || member.isEnded()) {
                    break;
                }
                try {
                    offsets.putAll(offsets(consumer, Map.of(at, starts.getOrDefault(at, Start.EARLIEST)), LOOK_UP_MAX));
                } catch (KafkaException alone) {
                    failure = alone;
                }
            }
        }
        return new Found(offsets, failure);
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

    private PartitionReading reading(OwnedPartition partition, long offset, Birth birth, boolean begins) {
        return new PartitionReading(
                member, partition, new OffsetTracker(offset, null, triggers, OPEN_MAX), birth, begins);
    }

    /** The offsets at which to start. */
    private Map<TopicPartition, Long> offsets(
            Consumer<?, ?> consumer, Map<TopicPartition, Start> starts, Duration max) {
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
        latest.addAll(times.keySet());
        if (!latest.isEmpty()) {
            // Before the times: what is stored in between must not lie before an end that stands for a time.
            offsets.putAll(member.gate.undisturbed(() -> consumer.endOffsets(latest, max)));
        }
        if (!times.isEmpty()) {
            member.gate.undisturbed(() -> consumer.offsetsForTimes(times, max)).forEach((at, found) -> {
                if (found != null) {
                    offsets.put(at, found.offset());
                }
            });
        }
        if (!earliest.isEmpty()) {
            offsets.putAll(member.gate.undisturbed(() -> consumer.beginningOffsets(earliest, max)));
        }
        return offsets;
    }

    /**
     * Stores new positions of partitions, whose readings have ended, and begins to read there.
     *
     * @throws KafkaException when the cluster did not answer; the positions may be stored
     */
    void reset(Consumer<?, ?> consumer, Collection<OwnedPartition> partitions, Start to) {
        var starts = partitions.stream().collect(Collectors.toMap(one -> one.at, one -> to));
        var offsets = offsets(consumer, starts, CALL_MAX);
        var readings = partitions.stream()
                .map(one -> reading(one, offsetOf(offsets, one), Birth.UNKNOWN, false))
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
