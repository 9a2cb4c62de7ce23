package dev.sluice.broker.kafka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalKafkaTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void handsAGroupWhatWasPublishedByEitherProtocol(String protocol) throws Exception {
        var kafka = LocalKafka.shared();
        var topic = kafka.createTopic("orders", 2);
        Records.send(kafka.bootstrapServers(), topic, List.of("a", "b", "c"), Map.of());

        assertThat(Records.read(kafka.bootstrapServers(), topic, 3, Map.of("group.protocol", protocol), LIMIT))
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void givesEveryTestTopicsOfItsOwn() {
        var kafka = LocalKafka.shared();

        assertThat(kafka.createTopic("orders", 1)).isNotEqualTo(kafka.createTopic("orders", 1));
        assertThat(LocalKafka.shared()).isSameAs(kafka);
    }

    @Test
    void createsTopicsWithTheirConfiguration() throws Exception {
        var kafka = LocalKafka.shared();
        var topic = kafka.createTopic("compacted", 3, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, "compact"));

        try (var admin = kafka.admin()) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            var config = admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS);
            assertThat(config.get(resource)
                            .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                            .value())
                    .isEqualTo("compact");
            assertThat(admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic)
                            .get(10, TimeUnit.SECONDS)
                            .partitions())
                    .hasSize(3);
        }
    }

    @Test
    void createsNoTopicByItself() {
        var kafka = LocalKafka.shared();

        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "allow.auto.create.topics", true),
                new StringDeserializer(),
                new StringDeserializer())) {
            assertThat(consumer.partitionsFor("never-created")).isEmpty();
        }
        assertThatThrownBy(() -> {
                    try (var admin = kafka.admin()) {
                        admin.describeTopics(List.of("never-created"))
                                .allTopicNames()
                                .get(10, TimeUnit.SECONDS);
                    }
                })
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void takesSettingsAndLeavesNothingBehind() throws Exception {
        var kafka = LocalKafka.start(KafkaOptions.nodes(1).with("message.max.bytes", "2000"));
        Path folder;
        try (kafka) {
            folder = folderOf(kafka);
            assertThat(folder).exists();
            var topic = kafka.createTopic("small", 1);
            Records.send(kafka.bootstrapServers(), topic, List.of("fits"), Map.of());
            assertThatThrownBy(
                            () -> Records.send(kafka.bootstrapServers(), topic, List.of("x".repeat(5_000)), Map.of()))
                    .hasRootCauseInstanceOf(RecordTooLargeException.class);
        }
        assertThat(Files.exists(folder)).isFalse();
        var port = Integer.parseInt(kafka.bootstrapServers().split(":")[1]);
        assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        kafka.close();
    }

    private static Path folderOf(LocalKafka kafka) throws Exception {
        try (var admin = kafka.admin()) {
            var dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get(10, TimeUnit.SECONDS);
            return Path.of(dirs.get(1).keySet().iterator().next());
        }
    }

    @Test
    void tellsTheEndOfAPartition() throws Exception {
        var kafka = LocalKafka.shared();
        var topic = kafka.createTopic("ends", 1);
        try (var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new StringSerializer());
                var consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            var stored = producer.send(new ProducerRecord<>(topic, "k", "v")).get(10, TimeUnit.SECONDS);

            var partition = new TopicPartition(topic, 0);
            assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, stored.offset() + 1);
        }
    }
}
