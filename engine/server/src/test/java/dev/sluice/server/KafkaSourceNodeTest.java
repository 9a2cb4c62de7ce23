package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.server.manifest.Manifest;
import io.cloudevents.CloudEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A KafkaSource of Knative's in a node on a real Kafka: plain records, events and what is neither. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class KafkaSourceNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {kafka: {bootstrap-servers: "@servers@", topics: {partitions: 1}}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: record}
            spec: {handler: dev.sluice.server.Recorder, config: {log: @in@}}
            ---
            apiVersion: sources.knative.dev/v1
            kind: KafkaSource
            metadata: {name: orders, namespace: sales}
            spec:
              topics: [@in@]
              bootstrapServers: ["@servers@"]
              consumerGroup: @in@-group
              initialOffset: earliest
              ceOverrides: {extensions: {shop: north}}
              sink: @sink@
            """;
    private static final String FUNCTION = "{ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: record}}";

    private final LocalKafka kafka = LocalKafka.shared();
    private final String topic = "source-" + Long.toHexString(System.nanoTime());
    private @Nullable Node node;

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    private NodeClient start(String sink, String more) throws Exception {
        var text = (MANIFEST + more)
                .replace("@servers@", kafka.bootstrapServers())
                .replace("@sink@", sink)
                .replace("@in@", topic);
        var file = Files.writeString(folder.resolve("sluice.yaml"), text);
        node = Node.start(
                Manifest.read(List.of(file), Map.of(), null), new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10)));
        return new NodeClient(node);
    }

    /** One that is no event, one that is, and one that says it is and is not. */
    private void produce() {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            var plain = new ProducerRecord<>(topic, 0, bytes("north-7"), bytes("{\"n\":1}"));
            plain.headers().add("content-type", bytes("application/json")).add("X-App", bytes("billing"));
            producer.send(plain);
            var event = new ProducerRecord<byte[], byte[]>(topic, 0, null, bytes("two"));
            List.of("ce_specversion:1.0", "ce_id:2", "ce_source:/till", "ce_type:sale")
                    .forEach(header -> {
                        var parts = header.split(":", 2);
                        event.headers().add(parts[0], bytes(parts[1]));
                    });
            producer.send(event);
            var neither = new ProducerRecord<byte[], byte[]>(topic, 0, null, bytes("three"));
            neither.headers().add("ce_specversion", bytes("1.0")).add("ce_id", bytes("3"));
            producer.send(neither);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String data(CloudEvent event) {
        return new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void givesAFunctionPlainRecordsAsEventsOfTheSourceAndEventsAsTheyAre() throws Exception {
        var client = start(FUNCTION, "");
        produce();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Recorder.done(topic)).hasSize(2));
        var plain = Recorder.done(topic).get(0);
        assertThat(plain.getType()).isEqualTo("dev.knative.kafka.event");
        assertThat(plain.getId()).isEqualTo("partition:0/offset:0");
        assertThat(plain.getSource()).isEqualTo(URI.create("/apis/v1/namespaces/sales/kafkasources/orders#" + topic));
        assertThat(plain.getSubject()).isEqualTo("partition:0#0");
        assertThat(plain.getTime()).isNotNull();
        assertThat(plain.getDataContentType()).isEqualTo("application/json");
        assertThat(plain.getExtension("key")).isEqualTo("north-7");
        assertThat(plain.getExtension("partitionkey")).isEqualTo("north-7");
        assertThat(plain.getExtension("kafkaheaderxapp")).isEqualTo("billing");
        assertThat(plain.getExtension("shop")).isEqualTo("north");
        assertThat(data(plain)).isEqualTo("{\"n\":1}");
        var event = Recorder.done(topic).get(1);
        assertThat(event.getSource()).isEqualTo(URI.create("/till"));
        assertThat(event.getExtension("shop")).isEqualTo("north");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.events(topic + ".dlq"))
                .as("the record that is neither is put aside")
                .isEqualTo(1));
        assertThat(client.trigger("orders").path("deadLettered").asInt()).isEqualTo(1);
    }

    @Test
    void bringsEventsToTheTopicOfABroker() throws Exception {
        var broker = """
                ---
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: shop, annotations: {kafka.eventing.knative.dev/external.topic: @in@.shop}}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: seen}
                spec: {topic: @in@.shop, function: record}
                """;
        var client = start("{ref: {kind: Broker, name: shop}}", broker);
        produce();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Recorder.done(topic)).hasSize(2));
        assertThat(Recorder.done(topic)).extracting(KafkaSourceNodeTest::data).containsExactly("{\"n\":1}", "two");
        assertThat(Recorder.done(topic).get(0).getSource().toString()).endsWith("/kafkasources/orders#" + topic);
        assertThat(Recorder.done(topic))
                .allSatisfy(event -> assertThat(event.getExtension("shop")).isEqualTo("north"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.trigger("orders").path("done").asInt()).isEqualTo(2);
            assertThat(client.trigger("orders").path("deadLettered").asInt()).isEqualTo(1);
        });
    }
}
