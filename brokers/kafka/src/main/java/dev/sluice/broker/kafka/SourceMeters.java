package dev.sluice.broker.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of one member, from when it joins until it has left; those of a partition while it is owned. Its counters
 * are told by the poll thread, but for what is lent out.
 */
final class SourceMeters {
    final Counter polls;
    final Counter pollFailures;
    final Counter commits;
    final Counter commitFailures;
    final Counter assigned;
    final Counter revoked;
    final Counter lost;
    final Counter drainsCutOff;
    final Counter metadataRefused;
    final Counter metadataLeftOut;
    final Counter refetches;

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<Integer, List<Meter>> byPartition = new HashMap<>();

    SourceMeters(MeterRegistry registry, String broker, String topic, String group) {
        this.registry = registry;
        this.tags = KafkaMeters.of(broker, topic, group);
        polls = counter(KafkaMeters.POLLS, tags);
        pollFailures = counter(KafkaMeters.POLL_FAILURES, tags);
        commits = counter(KafkaMeters.COMMITS, tags);
        commitFailures = counter(KafkaMeters.COMMIT_FAILURES, tags);
        assigned = counter(KafkaMeters.REBALANCES, tags.and("event", "assigned"));
        revoked = counter(KafkaMeters.REBALANCES, tags.and("event", "revoked"));
        lost = counter(KafkaMeters.REBALANCES, tags.and("event", "lost"));
        drainsCutOff = counter(KafkaMeters.DRAINS_CUT_OFF, tags);
        metadataRefused = counter(KafkaMeters.METADATA_REFUSED, tags);
        metadataLeftOut = counter(KafkaMeters.METADATA_LEFT_OUT, tags);
        refetches = counter(KafkaMeters.REFETCHES, tags);
    }

    private Counter counter(KafkaMeters meter, Tags of) {
        var counter = meter.counter(registry, of);
        meters.add(counter);
        return counter;
    }

    /** Shows a member, once. */
    void show(KafkaMember member) {
        meters.add(KafkaMeters.WAKEUPS.counter(registry, tags, member.gate, PollGate::wakeups));
        meters.add(KafkaMeters.BACKLOG.gauge(registry, tags, member.backlog, Backlog::records));
        meters.add(KafkaMeters.BACKLOG_SIZE.gauge(registry, tags, member.backlog, Backlog::bytes));
        meters.add(KafkaMeters.PARTITIONS_OWNED.gauge(registry, tags, member, one -> one.owned().length));
        meters.add(KafkaMeters.PARTITIONS_FULL.gauge(registry, tags, member, KafkaMember::fullPartitions));
        meters.add(KafkaMeters.PARTITIONS_STOPPED.gauge(registry, tags, member, SourceMeters::stopped));
    }

    private static double stopped(KafkaMember member) {
        var count = 0;
        for (var one : member.owned()) {
            count += one.trouble == null ? 0 : 1;
        }
        return count;
    }

    /** Shows the partitions that are owned now, and no others. */
    synchronized void own(OwnedPartition[] partitions) {
        var kept = new HashMap<Integer, List<Meter>>();
        for (var one : partitions) {
            var known = byPartition.remove(one.partition());
            kept.put(one.partition(), known == null ? of(one) : known);
        }
        byPartition.values().forEach(gone -> gone.forEach(registry::remove));
        byPartition.clear();
        byPartition.putAll(kept);
    }

    private List<Meter> of(OwnedPartition one) {
        var at = tags.and(KafkaMeters.Names.PARTITION, Integer.toString(one.partition()));
        return List.of(
                KafkaMeters.CONSUMED.counter(registry, at, one.lent, LongAdder::doubleValue),
                KafkaMeters.OPEN.gauge(registry, at, one, partition -> partition.open),
                KafkaMeters.LAG.gauge(registry, at, one, SourceMeters::lag),
                KafkaMeters.LAG_TIME.gauge(registry, at, one, SourceMeters::lagSeconds));
    }

    private static double lag(OwnedPartition one) {
        return one.position < 0 || one.end < 0 ? Double.NaN : Math.max(0, one.end - one.position);
    }

    /** The age of the oldest open event; nothing is open and nothing is behind: no lag; else nobody knows. */
    private static double lagSeconds(OwnedPartition one) {
        var oldest = one.oldestOpenMillis;
        if (oldest >= 0) {
            return Math.max(0, (System.currentTimeMillis() - oldest) / (double) TimeUnit.SECONDS.toMillis(1));
        }
        return lag(one) == 0 ? 0 : Double.NaN;
    }

    /** Shows nothing more. */
    synchronized void close() {
        own(new OwnedPartition[0]);
        meters.forEach(registry::remove);
        meters.clear();
    }
}
