package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;

/**
 * The consumer that Vert.x is given: of the whole interface it calls, on its worker thread, {@link #subscribe}, then
 * {@link #poll} again and again, at last {@link #close}; and {@link #wakeup} from the thread that closes the stream.
 *
 * <p>Design. Kafka's consumer belongs to one thread, and what the Vert.x client offers on that thread is too little:
 * its rebalance handlers are posted and not waited for, its commits queue behind polls, its pause stops all polling,
 * and it meets an exception of a poll with the next poll at once. So it gets this in place of a consumer. A poll of
 * Vert.x's turns the {@link PollLoop} for the time that Vert.x gives it (100 ms), as often as records come; the loop
 * has the real consumer to itself, hands the records on from its own thread, and answers Vert.x with no records. What
 * is left to the stream is to own the thread, to call again, and to close.
 *
 * <p>Between two calls of {@link #poll} lie two tasks on a Vert.x context and one on the worker. Once per 100 ms they
 * don't show; leaving after each poll that brings records would pay them per poll. Figures, as nanoseconds that the
 * polling thread has of a CPU, since other work on the machine changes these least (12 partitions, 1 KB, 500 records a
 * poll, Kafka in the same JVM, two busy cores; the medians of six rounds in turn): a bare {@code KafkaConsumer} that
 * counts 1,258 ns per record, this with a subscriber that accepts at once 1,341 ns. So 795,000 and 745,000 records a
 * second of a whole CPU, a ratio of 0.94. Leaving after each poll could not be told apart from staying on a machine
 * that busy, which is why it stays: it saves a hop and costs nothing but 100 ms when the stream is closed, from which
 * {@link #wakeup} saves it.
 *
 * <p>A poll that is left with a batch would have Vert.x hand it to its batch handler, which has no use for it: records
 * go past the context, or every batch would wait for a thread that all sources of a broker share.
 */
final class PollingConsumer implements Consumer<byte[], byte[]> {
    private final PollLoop loop;
    private final PollGate gate;
    private final java.util.function.Consumer<Error> onBroken;
    private final Runnable onClosed;

    /**
     * @param onBroken told by the poll thread of what it can't go on after; it has to end the reading
     * @param onClosed run by the poll thread at the very end
     */
    PollingConsumer(PollLoop loop, PollGate gate, java.util.function.Consumer<Error> onBroken, Runnable onClosed) {
        this.loop = loop;
        this.gate = gate;
        this.onBroken = onBroken;
        this.onClosed = onClosed;
    }

    /** Nothing yet: the loop subscribes with a listener of its own, as Vert.x's does not wait for what it starts. */
    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener ignored) {}

    /** Turns the loop for so long, whatever comes; what came is handed on by then. */
    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        try {
            loop.run(timeout);
        } catch (LinkageError | AssertionError broken) {
            // Vert.x would poll no more and say nothing.
            onBroken.accept(broken);
        }
        return ConsumerRecords.empty();
    }

    @Override
    public void wakeup() {
        gate.wake();
    }

    @Override
    public void close() {
        try {
            loop.close();
        } finally {
            onClosed.run();
        }
    }

    @Override
    public void close(CloseOptions options) {
        close();
    }

    @Override
    @SuppressWarnings("deprecation") // the interface has it still
    public void close(Duration timeout) {
        close();
    }

    // ---- what Vert.x calls only when asked to, which nobody does

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the poll loop has the consumer to itself");
    }

    @Override
    public Set<TopicPartition> assignment() {
        throw unused();
    }

    @Override
    public Set<String> subscription() {
        throw unused();
    }

    @Override
    public void subscribe(Collection<String> topics) {
        throw unused();
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        throw unused();
    }

    @Override
    public void subscribe(Pattern pattern) {
        throw unused();
    }

    @Override
    public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
        throw unused();
    }

    @Override
    public void subscribe(SubscriptionPattern pattern) {
        throw unused();
    }

    @Override
    public void unsubscribe() {
        throw unused();
    }

    @Override
    public void commitSync() {
        throw unused();
    }

    @Override
    public void commitSync(Duration timeout) {
        throw unused();
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        throw unused();
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        throw unused();
    }

    @Override
    public void commitAsync() {
        throw unused();
    }

    @Override
    public void commitAsync(OffsetCommitCallback callback) {
        throw unused();
    }

    @Override
    public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        throw unused();
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        throw unused();
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        throw unused();
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        throw unused();
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        throw unused();
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public void seekToEnd(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public long position(TopicPartition partition) {
        throw unused();
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        throw unused();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        throw unused();
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        throw unused();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        throw unused();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        throw unused();
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics() {
        throw unused();
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
        throw unused();
    }

    @Override
    public Set<TopicPartition> paused() {
        throw unused();
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration timeout) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        throw unused();
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        throw unused();
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        throw unused();
    }

    @Override
    public ConsumerGroupMetadata groupMetadata() {
        throw unused();
    }

    @Override
    public void enforceRebalance() {
        throw unused();
    }

    @Override
    public void enforceRebalance(String reason) {
        throw unused();
    }
}
