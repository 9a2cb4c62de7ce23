package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TopicStatus;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.kafka.KeyMapping;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** What a Kafka broker does beyond what every broker must, on a real Kafka. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaBrokerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LocalKafka kafka = LocalKafka.shared();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<KafkaBroker> brokers = new ArrayList<>();

    private KafkaBrokerOptions.Builder options() {
        return KafkaBrokerOptions.builder("kafka", kafka.bootstrapServers())
                .properties(Map.of("producer.linger.ms", "0", "consumer.heartbeat.interval.ms", "250"));
    }

    private KafkaBroker broker(KafkaBrokerOptions.Builder options) {
        var broker = KafkaBroker.create(options.build(), registry);
        brokers.add(broker);
        return broker;
    }

    @AfterEach
    void close() {
        brokers.forEach(broker -> broker.close().block(PATIENCE));
    }

    private static String newTopic() {
        return "broker-" + UUID.randomUUID();
    }

    private static WireEvent event(String id) {
        return WireEvent.builder().id(id).source("/t").type("t").data("x").build();
    }

    private static WireEvent event(String id, int dataBytes) {
        return WireEvent.builder(event(id)).data(new byte[dataBytes]).build();
    }

    private static void publish(EventSink sink, int from, int to) {
        Flux.range(from, to - from)
                .concatMap(i -> sink.publish(event("e" + i), null))
                .blockLast(PATIENCE);
    }

    private static TopicStatus status(KafkaBroker broker, String topic) {
        var topics = broker.topics().block(PATIENCE);
        assertThat(topics).isNotNull();
        return topics.stream()
                .filter(status -> status.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    private String configOf(String topic, String name) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (var admin = kafka.admin()) {
            return admin.describeConfigs(List.of(resource))
                    .all()
                    .get(10, TimeUnit.SECONDS)
                    .get(resource)
                    .get(name)
                    .value();
        }
    }

    @Test
    void createsTopicsWithTheirPartitionsAndConfiguration() throws Exception {
        var broker = broker(options().partitions(7).topicConfig(Map.of("retention.ms", "1234567")));
        var topic = newTopic();

        broker.ensureTopic(topic).block(PATIENCE);

        assertThat(status(broker, topic).partitions()).hasSize(7);
        assertThat(configOf(topic, "retention.ms")).isEqualTo("1234567");
        assertThat(configOf(topic, "max.message.bytes")).isEqualTo(String.valueOf(2 << 20));
    }

    @Test
    void changesNothingOfATopicThatExistsAndKeepsToItsLimit() throws Exception {
        var topic = kafka.createTopic("broker", 2, Map.of("max.message.bytes", "5000"));
        var broker = broker(options().partitions(7).topicConfig(Map.of("max.message.bytes", "9000")));

        broker.ensureTopic(topic).block(PATIENCE);

        var sink = broker.sink(topic);
        assertThat(status(broker, topic).partitions()).hasSize(2);
        assertThat(configOf(topic, "max.message.bytes")).isEqualTo("5000");
        assertThat(sink.sizeMaxBytes()).isBetween(4_000, 5_000);
        sink.publish(event("small", 4_000), null).block(PATIENCE);
        assertThat(catchThrowable(
                        () -> sink.publish(event("large", 5_000), null).block(PATIENCE)))
                .isInstanceOf(BrokerException.TooLarge.class)
                .hasMessageContaining("5000");
    }

    @Test
    void refusesATopicThatDoesNotExistWhenItMayNotCreateIt() {
        var broker = broker(options().createTopics(false));
        var topic = newTopic();

        assertThat(List.of(
                        catchThrowable(() -> broker.ensureTopic(topic).block(PATIENCE)),
                        catchThrowable(() ->
                                broker.sink(topic).publish(event("1"), null).block(PATIENCE)),
                        catchThrowable(() -> broker.tail(topic, Map.of()).blockFirst(PATIENCE))))
                .allSatisfy(error -> assertThat(error).isInstanceOf(BrokerException.Refused.class));
        assertThat(broker.topics().block(PATIENCE))
                .noneMatch(status -> status.topic().equals(topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void refusesARecordOfTwentyMegabytesWithItsSizeAndGoesOn(String compression) {
        var broker = broker(options().properties(Map.of("linger.ms", "0", "compression.type", compression)));
        var sink = broker.sink(newTopic());

        var told = catchThrowable(() -> sink.publish(event("1", 20 << 20), null).block(PATIENCE));

        assertThat(told)
                .isInstanceOf(BrokerException.TooLarge.class)
                .hasMessageMatching(".*event of 20971\\d{3} bytes.*");
        sink.publish(event("2"), null).block(PATIENCE);
    }

    @Test
    void takesHeadersOfAMegabyteByteForByteAndRefusesThreeOfThem() {
        var broker = broker(options().partitions(1));
        var topic = newTopic();
        var sink = broker.sink(topic);
        var value = "not an event".getBytes(StandardCharsets.UTF_8);
        var large = new byte[1 << 20];
        large[7] = -1;

        sink.publish(raw(value, large), null).block(PATIENCE);
        var told = catchThrowable(
                () -> sink.publish(raw(value, large, large, large), null).block(PATIENCE));

        assertThat(told).isInstanceOf(BrokerException.TooLarge.class);
        var seen = broker.tail(topic, Map.of(0, -1L)).blockFirst(PATIENCE);
        assertThat(seen).isNotNull();
        assertThat(seen.event()).isInstanceOf(RawEvent.class);
        var raw = (RawEvent) seen.event();
        assertThat(raw.value()).isEqualTo(value);
        assertThat(raw.headers())
                .anySatisfy(header -> assertThat(header.value()).isEqualTo(large));
    }

    /** A record that claims to be an event and is none, with these headers. */
    private static RawEvent raw(byte[] value, byte[]... headers) {
        var all = new ArrayList<RawEvent.Header>();
        all.add(new RawEvent.Header("ce_specversion", "1.0".getBytes(StandardCharsets.UTF_8)));
        for (var i = 0; i < headers.length; i++) {
            all.add(new RawEvent.Header("large" + i, headers[i]));
        }
        return RawEvent.of("t", 0, 0, null, all, value, "it has no id");
    }

    @Test
    void endsPublishesToATopicThatIsDeletedUnderWayWithAnError() throws Exception {
        var broker = broker(options()
                .createTopics(false)
                .sendDeadline(Duration.ofSeconds(5))
                .properties(Map.of("linger.ms", "0", "metadata.max.age.ms", "500")));
        var topic = kafka.createTopic("broker", 1);
        var sink = broker.sink(topic);
        sink.publish(event("1"), null).block(PATIENCE);

        try (var admin = kafka.admin()) {
            admin.deleteTopics(List.of(topic)).all().get(10, TimeUnit.SECONDS);
        }

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            var begun = System.nanoTime();
            var told = catchThrowable(() -> sink.publish(event("2"), null).block(PATIENCE));
            assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(12));
            assertThat(told).isInstanceOf(BrokerException.Refused.class);
        });
    }

    @Test
    void takesTheKeyThatItIsTold() {
        var broker = broker(options().keyMapping(KeyMapping.NONE).partitions(1));
        var topic = newTopic();
        var keyed = WireEvent.builder(event("1")).extension("partitionkey", "k").build();
        broker.sink(topic).publish(keyed, null).block(PATIENCE);
        broker.sink(topic).publish(keyed, "own").block(PATIENCE);

        try (var consumer = new org.apache.kafka.clients.consumer.KafkaConsumer<byte[], byte[]>(
                ClientProperties.tail(options().build()))) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var keys = new ArrayList<String>();
            Awaitility.await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> keys.add(
                                record.key() == null ? "none" : new String(record.key(), StandardCharsets.UTF_8)));
                return keys.size() == 2;
            });
            assertThat(keys).containsExactly("none", "own");
        }
    }

    private long position(KafkaBroker broker, String topic, String group) {
        return status(broker, topic).groups().stream()
                .filter(lag -> lag.group().equals(group))
                .flatMap(lag -> lag.partitions().stream())
                .mapToLong(Lag.PartitionLag::position)
                .sum();
    }

    @Test
    void movesThePositionOfAGroupThatNobodyReads() throws Exception {
        var broker = broker(options().partitions(1));
        var topic = newTopic();
        publish(broker.sink(topic), 0, 3);
        Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
        var between = Instant.now();
        Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
        publish(broker.sink(topic), 3, 5);
        var group = "g-" + topic;

        broker.reset(topic, group, Set.of(), Start.LATEST).block(PATIENCE);
        assertThat(position(broker, topic, group)).isEqualTo(5);
        broker.reset(topic, group, Set.of(0), Start.EARLIEST).block(PATIENCE);
        assertThat(position(broker, topic, group)).isZero();
        broker.reset(topic, group, Set.of(), Start.at(between)).block(PATIENCE);
        assertThat(position(broker, topic, group)).isEqualTo(3);
        broker.reset(topic, group, Set.of(), Start.at(Instant.now().plusSeconds(3600)))
                .block(PATIENCE);
        assertThat(position(broker, topic, group)).isEqualTo(5);
        assertThat(catchThrowable(() ->
                        broker.reset(topic, group, Set.of(1), Start.EARLIEST).block(PATIENCE)))
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("partitions 0 to 0");
    }

    @Test
    void movesThePositionThatItsOwnMemberReadsAndNoOneElses() {
        var here = broker(options().partitions(1));
        var elsewhere = broker(options());
        var topic = newTopic();
        var group = "g-" + topic;
        publish(here.sink(topic), 0, 3);
        var seen = new java.util.concurrent.CopyOnWriteArrayList<Long>();
        var reading = here.source(new Subscription(topic, group, Start.EARLIEST))
                .receive()
                .concatMap(delivery -> {
                    seen.add(delivery.offset());
                    return delivery.accept();
                })
                .subscribe();
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).hasSize(3));

        assertThat(catchThrowable(() ->
                        elsewhere.reset(topic, group, Set.of(), Start.EARLIEST).block(PATIENCE)))
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("has members elsewhere");
        here.reset(topic, group, Set.of(), Start.EARLIEST).block(PATIENCE);

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen)
                .containsExactly(0L, 1L, 2L, 0L, 1L, 2L));
        reading.dispose();
    }

    @Test
    void tellsAnUnknownPositionFromNoLag() throws Exception {
        var broker = broker(options().partitions(2));
        var topic = newTopic();
        broker.ensureTopic(topic).block(PATIENCE);
        try (var admin = kafka.admin()) {
            admin.alterConsumerGroupOffsets(
                            "g-" + topic, Map.of(new TopicPartition(topic, 1), new OffsetAndMetadata(0)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        }

        var lag = status(broker, topic).groups().get(0);

        assertThat(lag.partitions()).extracting(Lag.PartitionLag::known).containsExactly(false, true);
        assertThat(lag.events()).isEmpty();
    }

    @Test
    void refusesMoreTailsThanItHasThreadsFor() {
        var broker = broker(options());
        var topic = newTopic();
        broker.ensureTopic(topic).block(PATIENCE);
        var tails = new ArrayList<Disposable>();
        for (var i = 0; i < KafkaWatches.TAILS_MAX; i++) {
            tails.add(broker.tail(topic, Map.of()).subscribe());
        }

        assertThat(catchThrowable(() -> broker.tail(topic, Map.of()).blockFirst(PATIENCE)))
                .isInstanceOf(BrokerException.Unavailable.class)
                .hasMessageContaining("32 tails");

        tails.forEach(Disposable::dispose);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        registry.get("sluice.kafka.tails").gauge().value())
                .isZero());
    }

    @Test
    void registersTheMetersThatItDocumentsAndTakesThemAwayWhenClosed() {
        var broker = broker(options());
        var topic = newTopic();
        publish(broker.sink(topic), 0, 3);
        var documented =
                KafkaBroker.meters().stream().map(KafkaBroker.MeterInfo::name).collect(Collectors.toSet());

        assertThat(registry.getMeters()).isNotEmpty().allSatisfy(meter -> assertThat(documented)
                .contains(meter.getId().getName()));
        assertThat(registry.get("messaging.client.sent.messages")
                        .tag("messaging.destination.name", topic)
                        .tag("error.type", "none")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(registry.get("messaging.client.operation.duration").timer().count())
                .isEqualTo(3);

        broker.close().block(PATIENCE);

        assertThat(registry.getMeters()).isEmpty();
    }
}
