package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BaseSubscriber;

/** A member's poll loop with a consumer that does as it is told, turned by the test. */
final class LoopFixture {
    static final TopicPartition P0 = new TopicPartition("t", 0);
    static final TopicPartition P1 = new TopicPartition("t", 1);
    /** For what sources ask for: Vert.x only drives a loop that no test turns. */
    private static final Vertx VERTX = Vertx.vertx();

    private static final KafkaRecords RECORDS = new KafkaRecords();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    /** Questions where partitions end; nobody answers unless the test does. */
    final List<CompletableFuture<Map<TopicPartition, Long>>> questions = new CopyOnWriteArrayList<>();
    /** Time that passed without anybody waiting. */
    final AtomicLong passedNanos = new AtomicLong();

    final PollGate gate = new PollGate(() -> System.nanoTime() + passedNanos.get());
    final Reader reader = new Reader();
    final List<EventSource.Revocation> revocations = new CopyOnWriteArrayList<>();
    final List<ToldConsumer> consumers = new ArrayList<>();
    final Queue<ToldConsumer> next = new ArrayDeque<>();
    final KafkaSource source;
    final KafkaMember member;
    final Commits commits;
    final Watch watch;
    final PollLoop loop;

    LoopFixture() {
        this(Start.EARLIEST, Duration.ofSeconds(4), false);
    }

    LoopFixture(Start start, Duration drainTimeout, boolean newProtocol) {
        var settings = new SourceSettings(
                "kafka",
                Map.of("bootstrap.servers", "localhost:1"),
                RECORDS,
                null,
                drainTimeout,
                Duration.ofSeconds(60));
        var subscription = new Subscription("t", "g", start);
        var meters = new SourceMeters(registry, "kafka", "t", "g");
        source = new KafkaSource(subscription, settings, VERTX, at -> new CompletableFuture<>(), registry);
        source.revocations().subscribe(revocations::add);
        member = new KafkaMember(source, reader, gate, new Backlog(250, 1 << 20), meters, RECORDS);
        var stored = new ConcurrentHashMap<Integer, Long>();
        commits = new Commits(gate, meters, (at, offset) -> stored.put(at.partition(), offset));
        var positions = new Positions(member, subscription, stored, commits, Clock.systemUTC());
        watch = new Watch("t", "g", settings, at -> asked(), member, commits);
        loop = new PollLoop(
                "kafka", "t", newProtocol, member, this::open, 500, positions, commits, watch, drainTimeout);
    }

    private CompletableFuture<Map<TopicPartition, Long>> asked() {
        var question = new CompletableFuture<Map<TopicPartition, Long>>();
        questions.add(question);
        return question;
    }

    private ToldConsumer open() {
        var planned = next.poll();
        var consumer = planned == null ? new ToldConsumer() : planned;
        consumers.add(consumer);
        return consumer;
    }

    /** The member, with all demand, and the consumer that it will open. */
    ToldConsumer begin(ToldConsumer consumer) {
        next.add(consumer);
        reader.onSubscribe(member);
        member.begin();
        return consumer;
    }

    /** Turns until it is so. */
    void turnUntil(BooleanSupplier over) {
        var until = System.nanoTime() + PATIENCE.toNanos();
        while (!over.getAsBoolean()) {
            assertThat(System.nanoTime() - until)
                    .as("nanoseconds beyond the patience")
                    .isNegative();
            loop.run(Duration.ofMillis(5));
        }
    }

    boolean reads(int partition) {
        var one = member.owned(partition);
        return one != null && one.reading != null;
    }

    List<String> troubles() {
        return watch.troubles().stream().map(EventSource.Trouble::reason).toList();
    }

    /** Keeps what it is given; accepts it at once if told to. */
    static final class Reader extends BaseSubscriber<Delivery> {
        final List<Delivery> received = new CopyOnWriteArrayList<>();
        volatile boolean accepting = true;
        volatile @Nullable Throwable failure;

        @Override
        protected void hookOnNext(Delivery delivery) {
            received.add(delivery);
            if (accepting) {
                delivery.accept().subscribe();
            }
        }

        @Override
        protected void hookOnError(Throwable why) {
            failure = why;
        }
    }

    /** Owns partitions 0 and 1 from its first poll on. Its calls can be told to go wrong by those that extend it. */
    static class ToldConsumer extends MockConsumer<byte[], byte[]> {
        volatile int polls;
        /** What was committed last; it stays when the partition goes. */
        final Map<TopicPartition, OffsetAndMetadata> last = new ConcurrentHashMap<>();

        private @Nullable ConsumerRebalanceListener listener;

        ToldConsumer(TopicPartition... given) {
            super("none");
            var partitions = given.length == 0 ? List.of(P0, P1) : Arrays.asList(given);
            var node = new Node(1, "localhost", 1);
            var nodes = new Node[] {node};
            updatePartitions(
                    "t",
                    List.of(
                            new PartitionInfo("t", 0, node, nodes, nodes),
                            new PartitionInfo("t", 1, node, nodes, nodes)));
            updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
            updateEndOffsets(Map.of(P0, 0L, P1, 0L));
            schedulePollTask(() -> rebalance(partitions));
        }

        /** Stores records with these offsets on partition 0. */
        final ToldConsumer store(int from, int to) {
            schedulePollTask(() -> {
                for (var offset = from; offset < to; offset++) {
                    addRecord(new ConsumerRecord<>("t", 0, offset, null, new byte[1]));
                }
            });
            return this;
        }

        /** The group takes partition 0 away without asking, and gives it back. */
        final void loseAndGiveBack() {
            schedulePollTask(() -> {
                var told = listener;
                assertThat(told).isNotNull();
                told.onPartitionsLost(List.of(P0));
                told.onPartitionsAssigned(List.of(P0));
            });
        }

        final long stored(TopicPartition at) {
            var offset = last.get(at);
            return offset == null ? -1 : offset.offset();
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener told) {
            listener = told;
            super.subscribe(topics, told);
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread polls
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            polls++;
            return super.poll(timeout);
        }

        @Override
        public synchronized Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> at, Duration max) {
            return beginningOffsets(at);
        }

        @Override
        public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> at, Duration max) {
            return endOffsets(at);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> times, Duration max) {
            var none = new HashMap<TopicPartition, OffsetAndTimestamp>();
            times.keySet().forEach(at -> none.put(at, null));
            return none;
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> at, Duration max) {
            return committed(at);
        }

        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic, Duration max) {
            return partitionsFor(topic);
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration max) {
            commitSync(offsets);
            last.putAll(offsets);
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            super.commitAsync(offsets, callback);
            last.putAll(offsets);
        }
    }
}
