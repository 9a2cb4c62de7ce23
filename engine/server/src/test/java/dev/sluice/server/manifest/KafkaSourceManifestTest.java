package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import dev.sluice.trigger.topic.SourceForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KafkaSources of sources.knative.dev/v1, as they are written for a cluster. */
class KafkaSourceManifestTest {
    private static final String FUNCTION = """
            {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: price}, spec: {handler: com.acme.Price}}
            ---
            """;
    private static final String BROKER = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: %s}
            spec: {kafka: {bootstrap-servers: "%s"}}
            ---
            """;
    private static final String FILE = FUNCTION
            + BROKER.formatted("default", "other:9092")
            + BROKER.formatted("sales", "kafka-1:9092,kafka-2:9092");
    private static final String SINK = "sink: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: price}}";

    @TempDir
    Path folder;

    private Manifest read(String text, @Nullable String kafka) throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), text);
        return Manifest.read(List.of(file), Map.of(), kafka);
    }

    private static String source(String spec) {
        return source("", spec);
    }

    private static String source(String metadata, String spec) {
        return """
                apiVersion: sources.knative.dev/v1
                kind: KafkaSource
                metadata: {name: orders%s}
                spec: {%s}
                ---
                """.formatted(metadata, spec);
    }

    private static String minimal(String more) {
        return "topics: [orders.in], bootstrapServers: [kafka-2:9092], " + SINK + more;
    }

    private static SourceForm form(String namespace, String topic, Map<String, String> extensions) {
        return new SourceForm(topic, "/apis/v1/namespaces/" + namespace + "/kafkasources/orders#" + topic, extensions);
    }

    @Test
    void readsATopicInOrderFromItsEndOnTheBrokerThatHasOneOfTheServers() throws Exception {
        var manifest = read(FILE + source(minimal("")), null);

        assertThat(manifest.triggers()).singleElement().satisfies(trigger -> {
            assertThat(trigger.name()).isEqualTo("orders");
            assertThat(trigger.function()).isEqualTo("price");
            assertThat(trigger.reading())
                    .isEqualTo(new Reading(
                            new TopicRef("sales", "orders.in"),
                            "orders",
                            Start.LATEST,
                            Ordering.PARTITION,
                            form("default", "orders.in", Map.of())));
            assertThat(trigger.filter()).isEqualTo(EventFilter.PASS);
            assertThat(trigger.answers().routes())
                    .as("a sink answers to no one")
                    .isEmpty();
            assertThat(trigger.deadLetters()).isEqualTo(new TopicRef("sales", "orders.in.dlq"));
            assertThat(trigger.delivery().knative()).isTrue();
        });
        assertThat(manifest.functions()).hasSize(1);
        assertThat(manifest.warnings()).isEmpty();
    }

    @Test
    void makesATriggerOfEachTopicWithAllThatTheDocumentSays() throws Exception {
        var written = """
                topics: [a, b], bootstrapServers: ["x:1,kafka-1:9092"], consumerGroup: team, consumers: 1,
                initialOffset: earliest, ordering: unordered, net: {sasl: {enable: false, user: {}}, tls: {}},
                ceOverrides: {extensions: {shop: north}}, delivery: {retry: 3, timeout: PT2S},""" + SINK;
        var metadata = ", namespace: sales, labels: {kafkasources.sources.knative.dev/key-type: string}";

        var manifest = read(FILE + source(metadata, written), null);

        assertThat(manifest.triggers()).extracting(TriggerManifest::name).containsExactly("orders-a", "orders-b");
        assertThat(manifest.triggers())
                .extracting(TriggerManifest::reading)
                .containsExactly(reading("a"), reading("b"));
        assertThat(manifest.triggers()).allSatisfy(trigger -> {
            assertThat(trigger.delivery().retry()).isEqualTo(3);
            assertThat(trigger.delivery().timeout()).isEqualTo(Duration.ofSeconds(2));
        });
        assertThat(manifest.triggers())
                .extracting(TriggerManifest::deadLetters)
                .containsExactly(new TopicRef("sales", "a.dlq"), new TopicRef("sales", "b.dlq"));
    }

    private static Reading reading(String topic) {
        return new Reading(
                new TopicRef("sales", topic),
                "team",
                Start.EARLIEST,
                Ordering.NONE,
                form("sales", topic, Map.of("shop", "north")));
    }

    @Test
    void forwardsToTheTopicOfABrokerByAFunctionOfItsOwn() throws Exception {
        var broker = """
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: shop, annotations: {kafka.eventing.knative.dev/external.topic: shop.all}}
                ---
                """;
        var to = "topics: [in], bootstrapServers: [kafka-1:9092], sink: {ref: {kind: Broker, name: shop}}";

        var manifest = read(FILE + broker + source(to), null);

        assertThat(manifest.triggers()).singleElement().satisfies(trigger -> {
            assertThat(trigger.function()).isEqualTo("orders-forward");
            assertThat(trigger.answers().routes())
                    .containsExactly(new AnswerRoute(null, new TopicRef("default", "shop.all")));
        });
        assertThat(manifest.functions())
                .filteredOn(function -> function.name().equals("orders-forward"))
                .singleElement()
                .satisfies(function -> assertThat(function.handler()).isEqualTo("dev.sluice.server.Forward"));
    }

    @Test
    void bringsDeadLettersToTheFunctionThatIsToGetThemAndItsAnswersNowhere() throws Exception {
        var dead = ", delivery: {retry: 1, deadLetterSink: {ref: {kind: Service, name: price}}}";

        var triggers = read(FILE + source(minimal(dead)), null).triggers();

        assertThat(triggers).extracting(TriggerManifest::name).containsExactly("orders", "orders-dead-letters");
        assertThat(triggers.get(0).deadLetters()).isEqualTo(new TopicRef("sales", "orders.in.orders.dlq"));
        assertThat(triggers.get(1).answers().routes()).isEmpty();
    }

    @Test
    void readsFromTheClusterThatTakesTheBrokersPlaceWhateverServersAreWritten() throws Exception {
        var triggers = read(FUNCTION + source(minimal("")), "127.0.0.1:9092").triggers();

        assertThat(triggers).singleElement().satisfies(trigger -> assertThat(trigger.reading())
                .extracting(Reading::topic)
                .isEqualTo(new TopicRef("default", "orders.in")));
    }

    @Test
    void warnsOfAnAutoscalingThatHasNoEffect() throws Exception {
        var manifest = read(
                FILE + source(", annotations: {keda.autoscaling.knative.dev/cooldownPeriod: 3}", minimal("")), null);

        assertThat(manifest.warnings()).singleElement().asString().contains("the function's scaling says it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            , consumers: 4                                  | spec.consumers: '4': must be 1: an engine reads a topic once
            , initialOffset: newest                         | spec.initialOffset: 'newest': must be one of earliest, latest
            , ordering: some                                | spec.ordering: 'some': must be one of ordered, unordered
            , net: {sasl: {enable: true}}                   | spec.net: is not in this version: the Broker's properties
            , net: {tls: {caCert: {secretKeyRef: {name: s}}}} | spec.net: is not in this version
            , consumerGroup: 'a b'                          | spec.consumerGroup: 'a b': must be 1 to 249 of
            , ceOverrides: {extensions: {Shop: a}}          | an extension's name is a-z and 0-9 only
            , ceOverrides: {extensions: {id: a}}            | has 'id', which can't be an extension
            , ceOverrides: {extensions: {sluicehops: '0'}}  | has 'sluicehops', which the engine sets itself
            , ceOverrides: {other: {}}                      | spec.ceOverrides.other: is not a known key
            , delivery: {retri: 3}                          | spec.delivery.retri: is not a known key; did you mean 'retry'
            , filters: []                                   | spec.filters: is not a known key
            """)
    void refusesWhatCannotBeDone(String more, String told) {
        assertThat(mistakes(FILE + source(minimal(more)))).contains(told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            bootstrapServers: [kafka-1:9092]                       | spec.topics: is missing: a list of the topics to read
            topics: [], bootstrapServers: [kafka-1:9092]           | spec.topics: must be a list of the topics
            topics: a, bootstrapServers: [kafka-1:9092]            | must be a list of the topics
            topics: [a, a], bootstrapServers: [kafka-1:9092]       | spec.topics: has 'a' twice
            topics: [a/b], bootstrapServers: [kafka-1:9092]        | spec.topics: has 'a/b', which must be a topic's name
            topics: [a, taken], bootstrapServers: [kafka-1:9092]   | has 'taken', whose trigger would be 'orders-taken'
            topics: [a]                                            | spec.bootstrapServers: is missing
            topics: [a], bootstrapServers: [kafka-9:9092]          | and these files have none of them, but those of others
            """)
    void tellsWhichTopicsAndServersAreWrong(String written, String told) {
        var other = """
                {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: orders-taken}, spec: {topic: t, function: price}}
                ---
                """;
        assertThat(mistakes(FILE + other + source(written + ", " + SINK))).contains(told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            sink: {ref: {kind: Service, name: prize}}       | is no Function in these files; did you mean 'price'
            sink: {ref: {kind: Service, name: price}, uri: /a} | spec.sink.uri: '/a': is not in this version
            sink: {ref: {kind: Channel, name: price}}       | spec.sink.ref.kind: 'Channel': is not in this version
            sink: {uri: 'http://elsewhere/a'}               | must be the path of a topic of this engine
            sink: {uri: /topics/in}                         | spec.sink: is topic 'in', which it reads
            other: 1                                        | spec.sink: is missing
            """)
    void tellsWhatIsNoSink(String sink, String told) {
        var own = FUNCTION + BROKER.formatted("default", "kafka-1:9092");
        assertThat(mistakes(own + source("topics: [in], bootstrapServers: [kafka-1:9092], " + sink)))
                .contains(told);
    }

    @Test
    void tellsThatNoBrokerIsAKafka() {
        assertThat(mistakes(FUNCTION + source(minimal(""))))
                .contains("kafka-2:9092")
                .contains("write one, with spec.kafka.bootstrap-servers");
    }

    @Test
    void tellsAKeyTypeThatKeysAreNotReadAs() {
        var metadata = ", labels: {kafkasources.sources.knative.dev/key-type: int}";

        assertThat(mistakes(FILE + source(metadata, minimal(""))))
                .contains("metadata.labels.kafkasources.sources.knative.dev/key-type: 'int': is not in this version");
    }

    @Test
    void refusesTheNameOfATrigger() {
        var trigger = """
                {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: orders}, spec: {topic: t, function: price}}
                ---
                """;
        assertThat(mistakes(FILE + trigger + source(minimal(""))))
                .contains("metadata.name: 'orders': is the name of another Trigger already");
    }

    private String mistakes(String text) {
        var told = catchThrowableOfType(InvalidManifestException.class, () -> read(text, null));
        assertThat(told).isNotNull();
        return told.getMessage();
    }
}
