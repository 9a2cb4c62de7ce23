package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.kafka.server.KafkaOptions;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A whole node on a real Kafka: what it does with events, and what it says when the cluster is not as it should be. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class KafkaNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Settings SETTINGS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
    private static final Settings ACCEPTING = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10), true);
    private static final String CANARY = "canary-in-the-mine";

    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {kafka: {bootstrap-servers: "@servers@", topics: {partitions: 2@topics@}@more@}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: first}
            spec: {topic: {name: @in@, group: @in@-group}, function: forward, answers: {topic: @in@.out}}
            """;
    private static final String SECOND = """
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: second}
            spec: {topic: {name: @in@, group: @in@-group}, function: forward, answers: {topic: @in@.out}}
            """;

    private static Gate gate;
    private static LocalKafka kafka;

    private String topic = "";
    private @Nullable Node node;

    @TempDir
    Path folder;

    /** One for all: by a plain way in, by one with a password, and by one that is closed at first. */
    @BeforeAll
    static void startKafka() throws Exception {
        gate = new Gate();
        kafka = LocalKafka.start(KafkaOptions.nodes(1).withUser("me", "right").advertisedAt(List.of(gate.port())));
    }

    @AfterAll
    static void stopKafka() throws Exception {
        gate.close();
        kafka.close();
    }

    @BeforeEach
    void nameTopics(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName() + "-" + Long.toHexString(System.nanoTime());
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    @Test
    void runsEventsOnceOverARestartAndAgainAfterAReset() throws Exception {
        var client = start(MANIFEST, kafka.bootstrapServers(), SETTINGS);
        assertThat(client.reasons()).isEmpty();

        assertThat(client.publish(topic, "1", "a").statusCode()).isEqualTo(202);
        assertThat(client.publish(topic, "2", "bad").statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.events(topic + ".out")).isEqualTo(1);
            assertThat(client.events(topic + ".dlq")).isEqualTo(1);
            assertThat(client.trigger("first").path("lag").toString()).doesNotContain(":-1");
        });
        checkMeters(client.text("/metrics"));
        assertThat(node.stop()).as("nothing on Kafka ends with the process").isZero();

        var again = start(MANIFEST, kafka.bootstrapServers(), SETTINGS);
        assertThat(again.publish(topic, "3", "a").statusCode()).isEqualTo(202);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(again.events(topic + ".out")).isEqualTo(2));
        assertThat(again.trigger("first").path("received").asInt()).isEqualTo(1);

        var moved = again.reset("first", "{\"to\":\"earliest\"}");
        assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
        assertThat(NodeClient.json(moved).path("group").asText()).isEqualTo(topic + "-group");
        assertThat(NodeClient.json(moved).path("partitions")).hasSize(2).allSatisfy(partition -> assertThat(
                        partition.path("to").asInt())
                .isZero());
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(again.trigger("first").path("received").asInt()).isEqualTo(4);
            assertThat(again.events(topic + ".dlq")).isEqualTo(2);
        });
    }

    /** The documentation's table of meters is made from what the module tells; this holds it to that. */
    private static void checkMeters(String scraped) {
        var missing = MetersCommand.names("Kafka broker").stream()
                // Comes with the first tail.
                .filter(name -> !name.equals("sluice.kafka.tail.skipped"))
                .filter(name -> !scraped.contains(name.replace('.', '_').replace('-', '_')))
                .toList();
        assertThat(missing).as("named in the table, never registered").isEmpty();
    }

    @Test
    void refusesAResetThatCannotBe() throws Exception {
        var client = start(MANIFEST, kafka.bootstrapServers(), SETTINGS);

        assertThat(client.reset("none", "{\"to\":\"earliest\"}").statusCode()).isEqualTo(404);
        assertThat(client.reset("first", "{\"to\":\"yesterday\"}").statusCode()).isEqualTo(400);
        assertThat(client.reset("first", "[]").statusCode()).isEqualTo(400);
        assertThat(client.reset("first", "{\"to\":\"latest\",\"partitions\":[-1]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.reset("first", "{\"to\":\"latest\",\"partitions\":[7]}")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void refusesOtherTriggersWorkUntilToldToAcceptIt() throws Exception {
        var client = start(MANIFEST, kafka.bootstrapServers(), SETTINGS);
        client.publish(topic, "1", "a");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".out")).isEqualTo(1));
        node.stop();

        var refusing = start(MANIFEST + SECOND, kafka.bootstrapServers(), SETTINGS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(refusing.reasons()).anySatisfy(reason -> assertThat(reason)
                        .startsWith("trigger 'first', partition ")
                        .contains("--accept-trigger-change")));
        assertThat(refusing.trigger("second").path("detail").asText()).contains("--accept-trigger-change");
        assertThat(refusing.text("/metrics")).contains("sluice_trigger_troubles");
        node.stop();

        var accepting = start(MANIFEST + SECOND, kafka.bootstrapServers(), ACCEPTING);
        accepting.publish(topic, "2", "a");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(accepting.events(topic + ".out"))
                .isEqualTo(3));
        assertThat(accepting.reasons()).isEmpty();
    }

    @Test
    void startsWithoutItsClusterSaysSoAndGoesOnByItselfOnceItIsThere() throws Exception {
        var client = start(MANIFEST, "127.0.0.1:" + gate.port(), SETTINGS);

        assertThat(client.reasons())
                .singleElement()
                .asString()
                .startsWith("broker 'default' is down: ")
                .contains("127.0.0.1:" + gate.port());
        assertThat(client.trigger("first").path("detail").asText())
                .contains("'" + topic + "'")
                .contains("not open");
        var early = client.publish(topic, "1", "a");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.headers().firstValue("retry-after")).isPresent();

        gate.open(kafka.proxiedPort());

        await().atMost(PATIENCE).until(() -> client.publish(topic, "2", "a").statusCode() == 202);
        // Its dead letters' topic may be opened a moment later.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.reasons()).isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events(topic + ".out")).isEqualTo(1));
    }

    @Test
    void stopsInTimeWithoutItsCluster() throws Exception {
        try (var closed = new Gate()) {
            start(MANIFEST, "127.0.0.1:" + closed.port(), SETTINGS);
            var began = System.nanoTime();

            assertThat(node.stop()).isZero();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void servesWithoutATopicThatItMayNotCreateAndSaysWhichOne() throws Exception {
        topic = kafka.createTopic("mine", 1);
        var text = MANIFEST.replace("@topics@", ", create: false");

        var client = start(text, kafka.bootstrapServers(), SETTINGS);

        assertThat(client.reasons())
                .hasSize(2)
                .anySatisfy(reason ->
                        assertThat(reason).startsWith("topic '" + topic + ".out' of broker 'default' is not open"))
                .anySatisfy(reason -> assertThat(reason).contains("'" + topic + ".dlq'"));
        assertThat(client.publish(topic, "1", "a").statusCode()).isEqualTo(202);
        assertThat(client.publish(topic + ".out", "1", "a").statusCode()).isEqualTo(503);
    }

    @Test
    void saysThatItsPasswordIsWrongAndNeverWhichItIs() throws Exception {
        var sasl = """
                , properties: {security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.jaas.config:
                  'org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="%s";'}
                """.strip();
        var wrong = MANIFEST.replace("@more@", sasl.formatted("${PASSWORD}"));

        var client = start(wrong, kafka.saslBootstrapServers(), SETTINGS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.reasons().toString()).containsIgnoringCase("authentication"));
        var shown = client.reasons()
                + client.text("/admin/v1/brokers")
                + client.text("/admin/v1/triggers")
                + client.text("/metrics")
                + client.publish(topic, "1", "a").body();
        assertThat(shown).contains("PLAIN").contains("sasl.jaas.config").doesNotContain(CANARY);
        node.stop();

        var right = start(MANIFEST.replace("@more@", sasl.formatted("right")), kafka.saslBootstrapServers(), SETTINGS);
        assertThat(right.publish(topic, "1", "a").statusCode()).isEqualTo(202);
    }

    private NodeClient start(String text, String servers, Settings settings) throws Exception {
        var manifest = text.replace("@servers@", servers)
                .replace("@in@", topic)
                .replace("@topics@", "")
                .replace("@more@", "");
        var file = Files.writeString(folder.resolve("sluice.yaml"), manifest);
        node = Node.start(Manifest.read(List.of(file), Map.of("PASSWORD", CANARY), null), settings);
        return new NodeClient(node);
    }
}
