package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control.Shard;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Sinks;

/**
 * A member of a group on the control topic, on a thread of its own: each partition that the group gives it is a shard.
 * It fetches nothing. A member that dies is missed after {@link #SESSION_MS}, and the others are told of it with their
 * next heartbeats, one for each of the two rounds that cooperative rebalancing takes.
 */
final class KafkaShards implements Runnable, ConsumerRebalanceListener {
    /** The least that a cluster allows by default. */
    private static final int SESSION_MS = 6_000;

    private static final int HEARTBEAT_MS = 1_000;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final long AGAIN_MS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(KafkaShards.class);

    private final KafkaControl control;
    private final String group;
    private final FluxSink<Shard> sink;
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** What is this member's now. On its thread only. */
    private final Map<Integer, Sinks.Empty<Void>> owned = new HashMap<>();

    private volatile boolean left;
    private volatile @Nullable BrokerException ending;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    KafkaShards(KafkaControl control, String group, FluxSink<Shard> sink) {
        this.control = control;
        this.group = group;
        this.sink = sink;
        this.thread = new Thread(this, "sluice-kafka-" + control.options().name() + "-shards-" + group);
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** Leaves the group soon. */
    void leave() {
        left = true;
        var polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
    }

    void end(BrokerException why) {
        ending = why;
        leave();
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void run() {
        try {
            while (!left) {
                try {
                    member();
                } catch (WakeupException leaving) {
                    left = true;
                } catch (RuntimeException | LinkageError failed) {
                    failed(control.of(failed));
                }
            }
        } finally {
            List.copyOf(owned.keySet()).forEach(this::take);
            control.left(this);
            ended.complete(null);
        }
        var why = ending;
        if (why != null) {
            sink.error(why);
        }
    }

    private void failed(BrokerException why) {
        List.copyOf(owned.keySet()).forEach(this::take);
        if (!why.transientFault()) {
            end(why);
            return;
        }
        LOG.atWarn().log("group '{}' is joined again: {}", group, why.getMessage());
        try {
            TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            end(control.errors().closed());
        }
    }

    private void member() {
        control.ensureTopic();
        var config = ClientProperties.tail(control.options());
        config.put("group.id", group);
        config.put("session.timeout.ms", String.valueOf(SESSION_MS));
        config.put("heartbeat.interval.ms", String.valueOf(HEARTBEAT_MS));
        config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        var joined = new KafkaConsumer<byte[], byte[]>(config);
        consumer = joined;
        try {
            joined.subscribe(List.of(control.topic()), this);
            while (!left) {
                joined.poll(POLL);
            }
        } finally {
            consumer = null;
            close(joined);
        }
    }

    @SuppressWarnings("deprecation") // its successor has the same limit, with more words
    private static void close(Consumer<byte[], byte[]> joined) {
        try {
            joined.close(CLOSE);
        } catch (InterruptException | WakeupException cutShort) {
            LOG.atDebug().setCause(cutShort).log("a group was left without a word");
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        var joined = consumer;
        if (joined == null) {
            return;
        }
        for (var partition : partitions) {
            joined.seek(partition, 0); // any place will do, as nothing is fetched
        }
        joined.pause(partitions);
        for (var partition : partitions) {
            if (partition.partition() < KafkaControl.PARTITIONS && !owned.containsKey(partition.partition())) {
                Sinks.Empty<Void> lost = Sinks.empty();
                owned.put(partition.partition(), lost);
                sink.next(new Shard(partition.partition(), KafkaControl.PARTITIONS, lost.asMono()));
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> take(partition.partition()));
    }

    private void take(int partition) {
        var lost = owned.remove(partition);
        if (lost != null) {
            lost.tryEmitEmpty();
        }
    }
}
