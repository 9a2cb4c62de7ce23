package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a member gives partitions up. All on the poll thread, from within the rebalance: the group waits for it, so that
 * nobody else reads a partition before what runs of it has ended and its position is stored.
 */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    /** What the engine needs beyond its own limit to say that it is done. */
    private static final Duration SLACK = Duration.ofMillis(500);

    private static final Duration COMMIT_MAX = Duration.ofSeconds(5);
    private static final long COMMIT_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration COMMIT_BETWEEN_MAX = Duration.ofSeconds(1);

    private final KafkaMember member;
    private final Commits commits;
    private final PollGate gate;
    private final Duration drainTimeout;
    /** What was lost and not given back yet; one entry per partition at most. */
    private final Map<TopicPartition, Lost> lost = new HashMap<>();

    private record Lost(KafkaRevocation revocation, long untilNanos) {}

    Handover(KafkaMember member, Commits commits, Duration drainTimeout) {
        this.member = member;
        this.commits = commits;
        this.gate = member.gate;
        this.drainTimeout = drainTimeout;
    }

    /** Delivers nothing more of the partitions, waits for what runs, and stores how far they are. Throws nothing. */
    void giveUp(Consumer<?, ?> consumer, List<OwnedPartition> partitions) {
        var readings = readingsOf(partitions);
        readings.forEach(PartitionReading::leave);
        var asked = ask(readings);
        var until = gate.nanos() + drainTimeout.plus(SLACK).toNanos();
        while (!over(asked) && gate.nanos() - until < 0) {
            gate.await(Math.min(until, gate.nanos() + COMMIT_EVERY_NANOS), () -> over(asked));
            if (!over(asked)) {
                store(consumer, changed(), false, COMMIT_BETWEEN_MAX);
            }
        }
        var drained = over(asked);
        if (!drained) {
            asked.stream().filter(one -> !one.isDone()).forEach(one -> member.meters.drainsCutOff.increment());
            LOG.warn("{} are given up though their holder is not done with them after {}", asked, drainTimeout);
        }
        readings.forEach(PartitionReading::end);
        store(consumer, readings, drained, COMMIT_MAX);
    }

    private static List<PartitionReading> readingsOf(List<OwnedPartition> partitions) {
        return partitions.stream()
                .map(one -> one.reading)
                .filter(Objects::nonNull)
                .toList();
    }

    private List<KafkaRevocation> ask(List<PartitionReading> readings) {
        var asked = new ArrayList<KafkaRevocation>();
        for (var reading : readings) {
            var revocation = new KafkaRevocation(reading.partition.partition(), drainTimeout, gate);
            asked.add(revocation);
            member.ask(revocation);
        }
        member.drain();
        return asked;
    }

    private boolean over(List<KafkaRevocation> asked) {
        return member.isEnded() || asked.stream().allMatch(KafkaRevocation::isDone);
    }

    /** What others are done with meanwhile must not wait for this. */
    private List<PartitionReading> changed() {
        var changed = new ArrayList<PartitionReading>();
        for (var one : member.owned()) {
            var reading = one.reading;
            if (reading != null && !reading.hasEnded() && reading.tracker.changed()) {
                changed.add(reading);
            }
        }
        return changed;
    }

    private void store(Consumer<?, ?> consumer, List<PartitionReading> readings, boolean clean, Duration max) {
        try {
            commits.now(consumer, readings, clean, max);
        } catch (RuntimeException error) {
            LOG.warn(
                    "{} are given up without their last position; events may come again: {}",
                    readings,
                    error.toString());
        }
    }

    /** The group has given the partitions to someone else: nothing of them counts any more. Waits for nothing. */
    void lose(List<OwnedPartition> partitions) {
        var readings = readingsOf(partitions);
        readings.forEach(PartitionReading::end);
        var until = gate.nanos() + drainTimeout.plus(SLACK).toNanos();
        var asked = ask(readings);
        for (var i = 0; i < asked.size(); i++) {
            lost.put(readings.get(i).partition.at, new Lost(asked.get(i), until));
        }
    }

    /**
     * Whether the holder is not done yet with a partition that was lost. Not to be read until then, should the group
     * give it back: its new events would be taken for those that the revocation means.
     */
    boolean isAwaited(TopicPartition at) {
        var one = lost.get(at);
        if (one == null) {
            return false;
        }
        var done = one.revocation.isDone();
        if (!done && gate.nanos() - one.untilNanos < 0) {
            return true;
        }
        lost.remove(at);
        if (!done) {
            member.meters.drainsCutOff.increment();
            LOG.warn("{} is read again though its holder is not done with it after {}", at, drainTimeout);
        }
        return false;
    }

    /** The member ends: what is lent is void, what is done is stored. */
    void endAll(Consumer<?, ?> consumer, List<OwnedPartition> partitions) {
        var readings = readingsOf(partitions);
        readings.forEach(PartitionReading::end);
        commits.now(consumer, readings, true, COMMIT_MAX);
    }
}
