package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * Watches a topic: a consumer without a group on a thread of its own, which alone touches the consumer and signals. The
 * subscriber has its subscription once the consumer has its places: what is stored from then on is seen. It fetches
 * only while there is demand and keeps at most one poll of {@link #BEHIND_MAX} events; what came meanwhile beyond that
 * many per partition is skipped, but for what was there when it began: that it catches up with.
 */
final class KafkaTail implements Subscription, Runnable {
    /** How many events of a partition the watcher may be behind. */
    static final int BEHIND_MAX = 64;

    private static final AtomicLongFieldUpdater<KafkaTail> DEMAND =
            AtomicLongFieldUpdater.newUpdater(KafkaTail.class, "demand");
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String topic;
    private final Map<Integer, Long> after;
    private final CoreSubscriber<? super TailEvent> actual;
    private final KafkaTails tails;
    private final KafkaRecords records;
    private final Counter skipped;
    private volatile long demand;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    /** Where each partition ended when it began. */
    private final Map<TopicPartition, Long> liveFrom = new HashMap<>();

    private final Thread thread;
    private volatile boolean cancelled;
    private volatile @Nullable BrokerException ending;
    private volatile @Nullable Consumer<byte[], byte[]> polling;
    private boolean starved;
    private boolean subscribed;
    private long refreshedNanos;

    KafkaTail(
            String topic,
            Map<Integer, Long> after,
            CoreSubscriber<? super TailEvent> actual,
            KafkaTails tails,
            Counter skipped,
            String threadName) {
        this.topic = topic;
        this.after = after;
        this.actual = actual;
        this.tails = tails;
        this.records = tails.records();
        this.skipped = skipped;
        this.thread = new Thread(this, threadName);
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            Operators.addCap(DEMAND, this, n);
            wake();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        stop();
    }

    /** Ends it with an error. */
    void end(BrokerException why) {
        ending = why;
        stop();
    }

    private void stop() {
        wake();
        var consumer = polling;
        if (consumer != null) {
            consumer.wakeup();
        }
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    private boolean isOver() {
        return cancelled || ending != null;
    }

    @Override
    public void run() {
        Throwable failure = null;
        try (var consumer = new Closing(tails.consumer())) {
            watch(consumer.consumer);
        } catch (WakeupException stopped) {
            failure = null;
        } catch (RuntimeException | LinkageError e) {
            failure = tails.errors().of(e);
        } finally {
            polling = null;
            tails.left(this);
        }
        var why = ending != null ? ending : failure;
        if (!cancelled && why != null) {
            if (subscribed) {
                actual.onError(why);
            } else {
                Operators.error(actual, why);
            }
        }
    }

    /** Closes within a limit whatever happens. */
    private record Closing(Consumer<byte[], byte[]> consumer) implements AutoCloseable {
        @Override
        @SuppressWarnings("deprecation") // its successor takes a group's choices, and here is no group
        public void close() {
            consumer.close(CLOSE);
        }
    }

    private void watch(Consumer<byte[], byte[]> consumer) {
        polling = consumer;
        if (isOver()) {
            return;
        }
        assign(consumer);
        subscribed = true;
        actual.onSubscribe(this);
        while (!isOver()) {
            woken.set(false);
            deliver();
            if (demand == 0) {
                starved = true;
                if (!isOver() && !woken.get()) {
                    LockSupport.park(this);
                }
                continue;
            }
            if (starved) {
                starved = false;
                skip(consumer);
            }
            refresh(consumer);
            poll(consumer);
        }
    }

    private void assign(Consumer<byte[], byte[]> consumer) {
        var partitions = partitions(consumer);
        consumer.assign(partitions);
        var ends = consumer.endOffsets(partitions, CALL);
        var starts = consumer.beginningOffsets(partitions, CALL);
        for (var partition : partitions) {
            long end = ends.getOrDefault(partition, 0L);
            long start = starts.getOrDefault(partition, 0L);
            var seen = after.get(partition.partition());
            liveFrom.put(partition, end);
            consumer.seek(partition, seen == null || seen >= end ? end : Math.max(start, seen + 1));
        }
        refreshedNanos = System.nanoTime();
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        var infos = consumer.partitionsFor(topic, CALL);
        if (infos == null || infos.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no topic '" + topic + "' to watch");
        }
        return infos.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** Partitions may be added to the topic, and it may be deleted. */
    private void refresh(Consumer<byte[], byte[]> consumer) {
        var now = System.nanoTime();
        if (now - refreshedNanos < REFRESH_NANOS) {
            return;
        }
        refreshedNanos = now;
        var partitions = partitions(consumer);
        if (partitions.size() == liveFrom.size()) {
            return;
        }
        consumer.assign(partitions);
        var added = partitions.stream()
                .filter(partition -> liveFrom.putIfAbsent(partition, 0L) == null)
                .toList();
        consumer.seekToBeginning(added);
    }

    /** After a time without demand: what is too far behind is not fetched. */
    private void skip(Consumer<byte[], byte[]> consumer) {
        var ends = consumer.endOffsets(consumer.assignment(), CALL);
        ends.forEach((partition, end) -> {
            var position = consumer.position(partition, CALL);
            var wanted = end - BEHIND_MAX;
            if (position >= liveFrom.getOrDefault(partition, 0L) && position < wanted) {
                skipped.increment((double) (wanted - position));
                consumer.seek(partition, wanted);
            }
        });
    }

    private void poll(Consumer<byte[], byte[]> consumer) {
        try {
            consumer.poll(POLL).forEach(polled::add);
        } catch (OffsetOutOfRangeException gone) {
            // Retention went past it: what is gone is skipped like what came too fast.
            consumer.seekToBeginning(gone.offsetOutOfRangePartitions().keySet());
        }
    }

    private void deliver() {
        var delivered = 0L;
        var wanted = demand;
        while (delivered < wanted && !polled.isEmpty() && !isOver()) {
            var next = polled.remove();
            delivered++;
            actual.onNext(new TailEvent(next.partition(), next.offset(), records.decode(next)));
        }
        if (delivered > 0 && wanted != Long.MAX_VALUE) {
            Operators.produced(DEMAND, this, delivered);
        }
    }
}
