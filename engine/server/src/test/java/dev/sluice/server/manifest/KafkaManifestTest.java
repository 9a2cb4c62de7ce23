package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.broker.kafka.KafkaBrokerOptions;
import dev.sluice.cloudevents.kafka.ContentMode;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kafka clusters in manifests: what is read of them, what is refused, and what is never shown. */
class KafkaManifestTest {
    private static final String CANARY = "canary-in-the-mine";
    private static final Map<String, String> ENVIRONMENT =
            Map.of("KAFKA_PASSWORD", CANARY, "KAFKA", "kafka-1:9092,kafka-2:9092", "HOSTNAME", "node-7");
    private static final String FULL = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec:
              kafka:
                bootstrap-servers: ${KAFKA}
                properties:
                  security.protocol: SASL_PLAINTEXT
                  sasl.mechanism: PLAIN
                  sasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="${KAFKA_PASSWORD}";
                  producer.compression.type: zstd
                  client.rack: "$${not a variable}"
                topics: {partitions: 12, replication-factor: 3, config: {retention.ms: 1000}, create: false}
                static-member: sluice-${HOSTNAME}
                key: subject
                content-mode: structured
                bytes-max: 64MiB
                send-deadline: 10s
            """;
    private static final String CIRCLE = """
            ---
            {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: f}, spec: {handler: com.acme.F}}
            ---
            {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: one}, spec: {topic: {name: a, start: 2026-01-31T06:00:00Z}, function: f, answers: {topic: b}}}
            ---
            {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: two}, spec: {topic: b, function: f, answers: {topic: a}}}
            """;

    @TempDir
    Path folder;

    @Test
    void readsEveryKeyOfAClusterAndFillsInVariables() throws Exception {
        var options = options(read(FULL));

        assertThat(options.bootstrapServers()).isEqualTo("kafka-1:9092,kafka-2:9092");
        assertThat(options.properties())
                .containsEntry("security.protocol", "SASL_PLAINTEXT")
                .containsEntry("producer.compression.type", "zstd")
                .containsEntry("client.rack", "${not a variable}");
        assertThat(options.properties().get("sasl.jaas.config")).contains("password=\"" + CANARY + "\"");
        assertThat(options.partitions()).isEqualTo(12);
        assertThat(options.replicationFactor()).isEqualTo(3);
        assertThat(options.topicConfig()).isEqualTo(Map.of("retention.ms", "1000"));
        assertThat(options.createTopics()).isFalse();
        assertThat(options.instanceId()).isEqualTo("sluice-node-7");
        assertThat(options.contentMode()).isEqualTo(ContentMode.STRUCTURED);
        assertThat(options.bytesMax()).isEqualTo(64L << 20);
        assertThat(options.sendDeadline()).isEqualTo(Duration.ofSeconds(10));
        var event = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/s"))
                .withType("t")
                .withSubject("who")
                .build();
        assertThat(options.keyMapping().keyOf(event)).isEqualTo("who");
    }

    @Test
    void needsNothingButTheServers() throws Exception {
        var options = options(read(broker("{bootstrap-servers: \"localhost:9092\"}")));

        assertThat(options)
                .isEqualTo(
                        KafkaBrokerOptions.builder("default", "localhost:9092").build());
    }

    @Test
    void showsSettingsWithoutSecretsAndWithoutWhatVariablesHold() throws Exception {
        var kind = read(FULL).brokers().get(0).kind();

        assertThat(kind.settings())
                .containsEntry("bootstrap-servers", "${KAFKA}")
                .containsEntry("properties.security.protocol", "SASL_PLAINTEXT")
                .containsEntry("partitions", "12");
        assertThat(kind.settings().toString()).contains("sasl.jaas.config").doesNotContain(CANARY);
        assertThat(read(FULL).toString()).doesNotContain(CANARY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {bootstrap-servers: kafka}                                          | 3:30: spec.kafka.bootstrap-servers: 'kafka': each must be host:port, such as kafka-1:9092
            {bootstrap-servers: "${NOWHERE}"}                                   | 3:30: spec.kafka.bootstrap-servers: names the environment variable NOWHERE, which is not set
            {bootstrap-servers: "a:1", properties: {acks: "1"}}                 | 3:56: spec.kafka.properties.acks: can't be set: an event is stored once all in-sync replicas have it
            {bootstrap-servers: "a:1", properties: {sasl.mecanism: PLAIN}}      | 3:65: spec.kafka.properties.sasl.mecanism: is unknown; did you mean 'sasl.mechanism'?
            {bootstrap-servers: "a:1", properties: {consumer.fetch.min.bytes: few}} | 3:76: spec.kafka.properties.consumer.fetch.min.bytes: Invalid value few for configuration fetch.min.bytes: Not a number of type INT
            {bootstrap-servers: "a:1", properties: {ssl.key.password: "${NONE}"}} | 3:68: spec.kafka.properties.ssl.key.password: names the environment variable NONE, which is not set
            {bootstrap-servers: "a:1", properties: {client.rack: "${a-b}"}}     | 3:63: spec.kafka.properties.client.rack: has '${a-b}', where ${NAME} names an environment variable; a plain ${ is written $${
            {bootstrap-servers: "a:1", properties: {client.rack: [a]}}          | 3:63: spec.kafka.properties.client.rack: must be a single value
            {bootstrap-servers: "a:1", properties: none}                        | 3:49: spec.kafka.properties: 'none': must be a map, not a single value
            {bootstrap-servers: "a:1", topics: {partitions: 0}}                 | 3:58: spec.kafka.topics.partitions: '0': must be a whole number between 1 and 10000
            {bootstrap-servers: "a:1", topics: {replication-factor: many}}      | 3:66: spec.kafka.topics.replication-factor: 'many': must be a whole number between 1 and 100
            {bootstrap-servers: "a:1", topics: {create: "yes"}}                 | 3:54: spec.kafka.topics.create: 'yes': must be true or false
            {bootstrap-servers: "a:1", topics: {partition: 3}}                  | 3:46: spec.kafka.topics.partition: is not a known key; did you mean 'partitions'?
            {bootstrap-servers: "a:1", static-member: "a b"}                    | 3:52: spec.kafka.static-member: 'a b': must be 1 to 200 of letters, digits, dot, dash and underscore
            {bootstrap-servers: "a:1", key: Part-Key}                           | 3:42: spec.kafka.key: 'Part-Key': must be the name of an attribute, such as partitionkey or subject, or none
            {bootstrap-servers: "a:1", bytes-max: 1KiB}                         | 3:48: spec.kafka.bytes-max: '1KiB': must be a number of bytes of at least 16777216, such as 1048576 or 64MiB
            {bootstrap-servers: "a:1", send-deadline: 1ms}                      | 3:52: spec.kafka.send-deadline: '1ms': must be between 1s and 1h
            {bootstrap-servers: "a:1", bootstrap: "b:1"}                        | 3:37: spec.kafka.bootstrap: is not a known key
            """)
    void tellsPlacePathValueAndRuleOfAMistake(String kafka, String mistake) throws IOException {
        assertThat(mistakes(broker(kafka))).containsExactly("sluice.yaml:" + mistake);
    }

    @Test
    void tellsAllMistakesOfAClusterAtOnce() throws IOException {
        var all = mistakes(broker("{properties: {acks: \"0\", linger.ms: soon}, key: A, topics: {partitions: x}}"));

        assertThat(all)
                .hasSize(5)
                .anySatisfy(it -> assertThat(it).contains("bootstrap-servers: is missing"))
                .anySatisfy(it -> assertThat(it).contains("spec.kafka.properties.acks: can't be set"))
                .anySatisfy(it -> assertThat(it).contains("spec.kafka.properties.linger.ms: Invalid value soon"))
                .anySatisfy(it -> assertThat(it).contains("spec.kafka.key: 'A'"))
                .anySatisfy(it -> assertThat(it).contains("spec.kafka.topics.partitions: 'x'"));
    }

    @Test
    void neverRepeatsASecretInAMistake() throws IOException {
        var all = mistakes(broker("{bootstrap-servers: \"a:1\", properties: {sasl.jaas.confg: " + CANARY
                + ", ssl.keystore.password: [" + CANARY + "], sasl.login.class: \"${KAFKA_PASSWORD}\", acks: " + CANARY
                + "}}"));

        assertThat(all).isNotEmpty();
        assertThat(all.toString()).doesNotContain(CANARY);
    }

    @Test
    void warnsOfAPropertyThatNoClientKnowsWithoutItsValue() throws Exception {
        var manifest =
                read(broker("{bootstrap-servers: \"a:1\", properties: {acme.tracing.endpoint: " + CANARY + "}}"));

        assertThat(manifest.warnings())
                .singleElement()
                .asString()
                .contains("spec.kafka.properties.acme.tracing.endpoint: is no property that Kafka's clients know")
                .doesNotContain(CANARY);
    }

    @Test
    void allowsCirclesAndTimesOnAClusterAndNotInMemory() throws Exception {
        assertThat(read(broker("{bootstrap-servers: \"a:1\"}") + CIRCLE).triggers())
                .hasSize(2);
        assertThat(mistakes(CIRCLE))
                .hasSize(2)
                .anySatisfy(it -> assertThat(it).contains("makes a circle of topics"))
                .anySatisfy(it -> assertThat(it).contains("keeps events in memory, and no times"));
    }

    @Test
    void putsAClusterInThePlaceOfTheBrokerThatIsMeantWhenNoneIsNamed() throws Exception {
        var memory =
                "{apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: own}, spec: {memory: {partitions: 7}}}";
        // A real cluster's secrets are not at hand on a laptop, and of no use for the one there.
        var cluster = FULL.replace("KAFKA_PASSWORD", "NOT_SET_HERE");

        var instead = options(onKafka(CIRCLE));
        assertThat(instead.bootstrapServers()).isEqualTo("here:1");
        assertThat(instead.name()).isEqualTo("default");
        assertThat(options(onKafka(memory)).partitions()).isEqualTo(7);
        assertThat(options(onKafka(memory)).name()).isEqualTo("own");
        var moved = options(onKafka(cluster));
        assertThat(moved.bootstrapServers()).isEqualTo("here:1");
        assertThat(moved.properties()).isEmpty();
        assertThat(moved.instanceId()).isNull();
        assertThat(moved.partitions()).isEqualTo(12);
        assertThat(moved.replicationFactor()).isEqualTo(KafkaBrokerOptions.CLUSTER_DEFAULT);
        assertThat(moved.createTopics()).isTrue();
    }

    private static String broker(String kafka) {
        return "{apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: default}, spec: {\n\n  kafka: " + kafka
                + "}}\n";
    }

    private static KafkaBrokerOptions options(Manifest manifest) {
        var kind = manifest.brokers().get(0).kind();
        assertThat(kind).isInstanceOf(BrokerManifest.Kafka.class);
        return ((BrokerManifest.Kafka) kind).options();
    }

    private Manifest read(String text) throws IOException, InvalidManifestException {
        return Manifest.read(List.of(write(text)), ENVIRONMENT, null);
    }

    private Manifest onKafka(String text) throws IOException, InvalidManifestException {
        return Manifest.read(List.of(write(text)), Map.of(), "here:1");
    }

    private List<String> mistakes(String text) throws IOException {
        var file = write(text);
        var invalid = catchThrowableOfType(
                InvalidManifestException.class, () -> Manifest.read(List.of(file), ENVIRONMENT, null));
        assertThat(invalid).as("mistakes in %s", text).isNotNull();
        return invalid.mistakes().stream()
                .map(mistake -> mistake.toString().replace(folder + "/", ""))
                .toList();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("sluice.yaml"), text);
    }
}
