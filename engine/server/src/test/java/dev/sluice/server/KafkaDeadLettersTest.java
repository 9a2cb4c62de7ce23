package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.server.manifest.Manifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What becomes of events that no function takes, on the dead-letter topics of a real Kafka. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class KafkaDeadLettersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int HOPS_MAX = 32;
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {kafka: {bootstrap-servers: "@servers@", topics: {partitions: 1}}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            """;
    private static final String TRIGGER = """
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: %s}
            spec: {topic: {name: %s, group: %s-group}, function: forward, %s}
            """;

    private final LocalKafka kafka = LocalKafka.shared();
    private final String topic = "letters-" + Long.toHexString(System.nanoTime());
    private @Nullable Node node;

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    private NodeClient start(String triggers) throws Exception {
        var manifest = MANIFEST.replace("@servers@", kafka.bootstrapServers()) + triggers;
        var file = Files.writeString(folder.resolve("sluice.yaml"), manifest);
        node = Node.start(
                Manifest.read(List.of(file), Map.of(), null), new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10)));
        return new NodeClient(node);
    }

    private static String trigger(String name, String topic, String more) {
        return TRIGGER.formatted(name, topic, topic + name, more);
    }

    private List<ConsumerRecord<byte[], byte[]>> all(String of) {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partition = new TopicPartition(of, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(50)).forEach(found::add);
            }
            return found;
        }
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static JsonNode run(NodeClient client, String path, String body) throws Exception {
        var begun = client.change(path, body);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        var id = NodeClient.json(begun).path("id").asText();
        return await().atMost(PATIENCE).until(() -> client.get("/admin/v1/jobs/" + id), job -> !job.path("state")
                .asText()
                .equals("RUNNING"));
    }

    private ProducerRecord<byte[], byte[]> badRecord() {
        var noText = new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xc0};
        var record = new ProducerRecord<byte[], byte[]>(topic, 0, new byte[] {7}, noText);
        record.headers()
                .add("ce_specversion", "1.0".getBytes(StandardCharsets.UTF_8))
                .add("ce_id", noText)
                .add("twice", noText)
                .add("none", null)
                .add("twice", new byte[0])
                .add("none", null)
                .add("", noText);
        return record;
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(record);
        }
    }

    private void awaitNoLag(NodeClient client, String... triggers) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (var name : triggers) {
                for (var partition : client.trigger(name).path("lag").path("partitions")) {
                    assertThat(partition.path("position").asLong())
                            .isEqualTo(partition.path("end").asLong());
                }
            }
        });
    }

    @Test
    void endsARoundOfTwoTopicsThatAnswerEachOtherAtTheHopLimit() throws Exception {
        var client = start(trigger("there", topic, "answers: {topic: " + topic + ".back}")
                + trigger("back", topic + ".back", "answers: {topic: " + topic + "}"));

        client.publish(topic, "1", "a");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".dlq")).isEqualTo(1));
        assertThat(client.events(topic) + client.events(topic + ".back")).isEqualTo(1 + HOPS_MAX);
        awaitNoLag(client, "there", "back");
        assertThat(client.events(topic + ".back.dlq")).isZero();
        assertThat(all(topic + ".dlq")).singleElement().satisfies(letter -> {
            assertThat(header(letter, "ce_dlreason")).isEqualTo("loop");
            assertThat(header(letter, "ce_dltrigger")).isEqualTo("there");
        });
    }

    @Test
    void endsWhenADeadLetterTopicIsReadByTheTriggerThatWritesIt() throws Exception {
        var client = start(trigger("self", topic, "delivery: {dead-letter: {topic: " + topic + "}}"));

        client.publish(topic, "1", "bad");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(all(topic))
                .filteredOn(letter -> "loop".equals(header(letter, "ce_dlreason")))
                .hasSize(1));
        awaitNoLag(client, "self");
        assertThat(all(topic)).hasSize(1 + HOPS_MAX + 1);
        assertThat(client.reasons()).isEmpty();
    }

    @Test
    void putsABadRecordAsideWithItsValueAndItsHeadersByteForByte() throws Exception {
        var client = start(trigger("t", topic, "answers: {topic: " + topic + ".out}"));
        var record = badRecord();
        send(record);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".dlq")).isEqualTo(1));
        var letter = all(topic + ".dlq").get(0);
        assertThat(header(letter, "ce_dlreason")).isEqualTo("undecodable");
        assertThat(letter.key()).isEqualTo(record.key());
        assertThat(letter.value()).isEqualTo(record.value());
        assertThat(Arrays.copyOf(letter.headers().toArray(), 7))
                .extracting(Header::key, Header::value)
                .containsExactlyElementsOf(Arrays.stream(record.headers().toArray())
                        .map(header -> org.assertj.core.groups.Tuple.tuple(header.key(), header.value()))
                        .toList());
    }

    @Test
    void sendsABadRecordBackByteForByteOnceAndOnlyWhenToldTo() throws Exception {
        var client = start(trigger("t", topic, "answers: {topic: " + topic + ".out}"));
        var record = badRecord();
        send(record);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".dlq")).isEqualTo(1));
        var letters = "/admin/v1/deadletters/" + topic + ".dlq";

        var shown = client.get(letters + "/letter?id=0:0");
        assertThat(Base64.getDecoder().decode(shown.path("record").path("value").asText()))
                .as(shown.toString())
                .isEqualTo(record.value());
        assertThat(run(client, letters + "/redrive", "{}")
                        .path("refusals")
                        .fieldNames()
                        .next())
                .startsWith("undecodable");
        assertThat(all(topic)).hasSize(1);

        assertThat(run(client, letters + "/redrive", "{\"raw\": true}")
                        .path("done")
                        .asInt())
                .isEqualTo(1);

        assertThat(all(topic)).hasSize(2);
        var again = all(topic).get(1);
        assertThat(again.key()).isEqualTo(record.key());
        assertThat(again.value()).isEqualTo(record.value());
        assertThat(again.headers().toArray())
                .extracting(Header::key, Header::value)
                .containsExactlyElementsOf(Arrays.stream(record.headers().toArray())
                        .map(header -> org.assertj.core.groups.Tuple.tuple(header.key(), header.value()))
                        .toList());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".dlq")).isEqualTo(2));
        assertThat(client.get(letters).path("redriven").asInt()).isEqualTo(1);
    }

    @Test
    void runsPastEventsAgainAndCommitsNothingForThem() throws Exception {
        var client = start(trigger("t", topic, "answers: {topic: " + topic + ".out}"));
        for (var i = 0; i < 5; i++) {
            client.publish(topic, String.valueOf(i), i == 3 ? "bad" : "a");
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".out")).isEqualTo(4));
        awaitNoLag(client, "t");

        var body = "{\"topic\": \"" + topic + "\", \"from\": \"0:1\"}";
        var job = run(client, "/admin/v1/triggers/t/replay", body);

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("DONE");
        assertThat(job.path("replay").path("delivered").asInt()).isEqualTo(3);
        assertThat(job.path("replay").path("deadLettered").asInt()).isEqualTo(1);
        assertThat(all(topic + ".out"))
                .extracting(answer -> header(answer, "ce_causationid"))
                .containsExactlyInAnyOrder("0", "1", "2", "4", "1", "2", "4");
        assertThat(all(topic)).hasSize(5);
        awaitNoLag(client, "t");
    }
}
