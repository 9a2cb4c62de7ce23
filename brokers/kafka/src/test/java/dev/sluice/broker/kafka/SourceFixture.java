package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource.Trouble;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BaseSubscriber;

/** A topic of its own on the tests' Kafka, and sources that read it. */
final class SourceFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final KafkaRecords RECORDS = new KafkaRecords();

    final String servers;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    final Admin admin;
    final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<KafkaSource> sources = new ArrayList<>();
    private final Map<String, Object> consumer = new HashMap<>();

    KafkaRecords records = RECORDS;

    @Nullable
    String instanceId;

    Duration drainTimeout = Duration.ofSeconds(4);
    Duration watchdog = Duration.ofSeconds(60);
    LongSupplier clock = System::nanoTime;

    SourceFixture(int partitions) {
        this(partitions, Map.of());
    }

    SourceFixture(int partitions, Map<String, String> topicConfig) {
        this(LocalKafka.shared(), partitions, topicConfig);
    }

    SourceFixture(LocalKafka kafka, int partitions, Map<String, String> topicConfig) {
        this(kafka.bootstrapServers(), kafka.createTopic("source", partitions, topicConfig));
    }

    /** On a topic that is there. */
    SourceFixture(String servers, String topic) {
        this.servers = servers;
        this.topic = topic;
        admin = Admin.create(Map.of("bootstrap.servers", servers));
        producer = producer(Map.of());
        consumer.put("bootstrap.servers", servers);
        consumer.put("session.timeout.ms", "6000");
        consumer.put("heartbeat.interval.ms", "100");
        consumer.put("retry.backoff.ms", "20");
        consumer.put("metadata.max.age.ms", "500");
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        var config = new HashMap<String, Object>();
        config.put("bootstrap.servers", servers);
        config.put("linger.ms", "0");
        config.putAll(more);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    SourceFixture with(String property, String value) {
        consumer.put(property, value);
        return this;
    }

    /** With the protocol of KIP-848, which leaves the session to the group. */
    SourceFixture withNewProtocol() {
        consumer.keySet().removeAll(Set.of("session.timeout.ms", "heartbeat.interval.ms"));
        return with("group.protocol", "consumer");
    }

    static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static ProducerRecord<byte[], byte[]> record(String topic, @Nullable Integer partition, String id, String key) {
        var event = WireEvent.builder()
                .id(id)
                .source("/source")
                .type("t")
                .data("text/plain", id.getBytes(StandardCharsets.UTF_8))
                .build();
        var encoded = RECORDS.encode(topic, event, key);
        return new ProducerRecord<>(topic, partition, encoded.key(), encoded.value(), encoded.headers());
    }

    /** Stores events with these ids on the partition, their key the part before the dash. */
    void send(int partition, String... ids) {
        for (var id : ids) {
            producer.send(record(topic, partition, id, id.split("-")[0]));
        }
        producer.flush();
    }

    /** Stores events {@code key-from} to before {@code key-to} on the partition. */
    void send(int partition, String key, int from, int to) {
        for (var i = from; i < to; i++) {
            producer.send(record(topic, partition, key + "-" + i, key));
        }
        producer.flush();
    }

    /** The fixture's own group of that name: tests that run at the same time must not be members of one. */
    String group(String name) {
        return name + "-of-" + topic;
    }

    /** A source of the fixture's own group of the name that the subscription has. */
    KafkaSource source(Subscription named) {
        var subscription = new Subscription(
                named.topic(), group(named.group()), named.start(), named.triggers(), named.acceptTriggerChange());
        var settings = new SourceSettings("kafka", consumer, records, instanceId, drainTimeout, watchdog);
        var source = new KafkaSource(subscription, settings, vertx, this::ends, registry, clock);
        sources.add(source);
        return source;
    }

    private java.util.concurrent.CompletionStage<Map<TopicPartition, Long>> ends(
            java.util.Collection<TopicPartition> partitions) {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        partitions.forEach(at -> asked.put(at, OffsetSpec.latest()));
        return admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .toCompletionStage()
                .thenApply(found -> {
                    var ends = new HashMap<TopicPartition, Long>();
                    found.forEach((at, info) -> ends.put(at, info.offset()));
                    return ends;
                });
    }

    KafkaSource source(String group, Start start) {
        return source(new Subscription(topic, group, start));
    }

    Reader join(String group) {
        return new Reader(source(group, Start.EARLIEST)).join();
    }

    TopicPartition at(int partition) {
        return new TopicPartition(topic, partition);
    }

    Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        var all = new HashMap<>(get(admin.listConsumerGroupOffsets(group(group)).partitionsToOffsetAndMetadata()));
        all.values().removeIf(offset -> offset == null);
        all.keySet().removeIf(at -> !at.topic().equals(topic));
        return all;
    }

    /** What was fetched for a reader and is not delivered. */
    int backlogOf(Reader reader) {
        return reader.source.backlogRecords();
    }

    /** The committed position; -1 when there is none. */
    long committed(String group, int partition) {
        var offset = committed(group).get(at(partition));
        return offset == null ? -1 : offset.offset();
    }

    /** What a counter of all sources together shows. */
    double counted(String meter, String... tags) {
        return registry.find(meter).tags(tags).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    static void eventually(ThrowingRunnable assertion) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
    }

    static void forAWhile(ThrowingRunnable assertion) {
        Awaitility.await()
                .during(Duration.ofMillis(150))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    @Override
    public void close() {
        for (var source : sources) {
            source.close(new dev.sluice.broker.BrokerException.Unavailable("kafka", "the test is over", null))
                    .block(PATIENCE);
        }
        producer.close(Duration.ofSeconds(1));
        admin.close(Duration.ofSeconds(1));
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** A member that reads with the demand it is given. */
    static final class Reader extends BaseSubscriber<Delivery> {
        final KafkaSource source;
        final List<Delivery> received = new CopyOnWriteArrayList<>();
        final List<dev.sluice.broker.EventSource.Revocation> revocations = new CopyOnWriteArrayList<>();
        volatile @Nullable Throwable failure;
        private volatile Consumer<Delivery> onDelivery = delivery -> {};

        Reader(KafkaSource source) {
            this.source = source;
        }

        Reader join() {
            source.receive().subscribe(this);
            return this;
        }

        Reader on(Consumer<Delivery> handler) {
            onDelivery = handler;
            return this;
        }

        Reader accepting() {
            return on(delivery -> delivery.accept().subscribe());
        }

        Reader keepingRevocations() {
            source.revocations().subscribe(revocations::add);
            return this;
        }

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            // Demand comes with the test.
        }

        @Override
        protected void hookOnNext(Delivery delivery) {
            received.add(delivery);
            onDelivery.accept(delivery);
        }

        @Override
        protected void hookOnError(Throwable error) {
            failure = error;
        }

        Reader requesting(long n) {
            request(n);
            return this;
        }

        Reader requestingAll() {
            return requesting(Long.MAX_VALUE);
        }

        List<String> ids() {
            return received.stream().map(delivery -> delivery.event().getId()).toList();
        }

        Reader await(int count) {
            eventually(() -> assertThat(received).hasSizeGreaterThanOrEqualTo(count));
            return this;
        }

        Reader awaitExactly(int count) {
            await(count);
            forAWhile(() -> assertThat(received).hasSize(count));
            return this;
        }

        List<Integer> owned() {
            return source.lag().partitions().stream()
                    .map(Lag.PartitionLag::partition)
                    .toList();
        }

        /** Waits until it owns so many partitions whose position is known. */
        Reader awaitOwning(int count) {
            eventually(() -> {
                assertThat(owned()).hasSize(count);
                assertThat(source.lag().partitions()).allMatch(lag -> lag.position() >= 0);
            });
            return this;
        }

        void accept(int index) {
            received.get(index).accept().block(PATIENCE);
        }

        void release(int index) {
            received.get(index).release();
        }

        /** Leaves the group and waits until it is left. */
        void leave() {
            cancel();
            eventually(() -> assertThat(source.isFree()).isTrue());
        }

        List<String> troubles() {
            return source.troubles().stream().map(Trouble::reason).toList();
        }
    }
}
