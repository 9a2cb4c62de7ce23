package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.Backoff;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Brokers and Triggers of eventing.knative.dev/v1, as they are written for a cluster. */
class KnativeManifestTest {
    private static final String FUNCTIONS = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec: {handler: com.acme.Price}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: undertaker}
            spec: {handler: com.acme.Undertaker}
            ---
            """;

    private static final String BROKER = """
            apiVersion: eventing.knative.dev/v1
            kind: Broker
            metadata:
              name: shop
              namespace: sales
              labels: {team: a}
              uid: 3f1
            spec:
              delivery: {retry: 4, backoffPolicy: linear, backoffDelay: PT2S}
            status: {address: {url: "http://broker"}}
            ---
            """;

    @TempDir
    Path folder;

    private Manifest read(String text) throws Exception {
        var file = folder.resolve("sluice.yaml");
        Files.writeString(file, text);
        return Manifest.read(List.of(file));
    }

    private static String trigger(String annotations, String spec) {
        return """
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: price-orders, annotations: {%s}}
                spec: %s
                """.formatted(annotations, spec);
    }

    private static TopicRef topic(String name) {
        return new TopicRef("default", name);
    }

    @Test
    void readsABrokerAsATopicThatItsTriggersReadAndAnswerTo() throws Exception {
        var manifest = read(FUNCTIONS + BROKER + trigger("", """
                {broker: shop, subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: price}}}"""));

        assertThat(manifest.triggers()).singleElement().satisfies(trigger -> {
            assertThat(trigger.name()).isEqualTo("price-orders");
            assertThat(trigger.function()).isEqualTo("price");
            assertThat(trigger.reading())
                    .isEqualTo(new Reading(topic("shop"), "price-orders", Start.EARLIEST, Ordering.NONE));
            assertThat(trigger.answers().routes()).containsExactly(new AnswerRoute(null, topic("shop")));
            assertThat(trigger.deadLetters()).isEqualTo(topic("shop.dlq"));
            assertThat(trigger.delivery().retry()).as("the Broker's").isEqualTo(4);
            assertThat(trigger.delivery().backoff())
                    .isEqualTo(new Backoff(Backoff.Policy.LINEAR, Duration.ofSeconds(2), Duration.ofMillis(8_001)));
            assertThat(trigger.delivery().knative()).isTrue();
            assertThat(trigger.delivery().maxAge()).isGreaterThan(Duration.ofDays(300));
        });
    }

    @Test
    void takesNothingOfTheBrokersDeliveryOnceTheTriggerSetsAnyOfIt() throws Exception {
        var delivery =
                read(FUNCTIONS + BROKER + trigger("", """
                        {broker: shop, subscriber: {ref: {kind: Service, name: price}}, delivery: {timeout: PT3S}}""")).triggers().get(0).delivery();

        assertThat(delivery.timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(delivery.retry()).isZero();
        assertThat(delivery.backoff().policy()).isEqualTo(Backoff.Policy.EXPONENTIAL);
    }

    @Test
    void keepsTheOrderAndTheTopicThatAnnotationsOfKafkaSay() throws Exception {
        var broker = """
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: default, annotations: {kafka.eventing.knative.dev/external.topic: orders.all}}
                ---
                """;
        var manifest = read(FUNCTIONS + broker + trigger("kafka.eventing.knative.dev/delivery.order: ordered", """
                {broker: default, subscriber: {ref: {kind: Service, name: price}}}"""));

        assertThat(manifest.triggers().get(0).reading())
                .isEqualTo(new Reading(topic("orders.all"), "price-orders", Start.EARLIEST, Ordering.PARTITION));
    }

    @Test
    void beginsAtTheEndOfATopicThatMayBeOlderThanTheTrigger() throws Exception {
        var kafka = """
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec: {kafka: {bootstrap-servers: "localhost:9092"}}
                ---
                """;
        var manifest = read(FUNCTIONS + kafka + BROKER + trigger("", """
                {broker: shop, subscriber: {ref: {kind: Service, name: price}}}"""));

        assertThat(manifest.triggers().get(0).reading().start()).isEqualTo(Start.LATEST);
    }

    @Test
    void takesTheListOfFiltersBeforeTheAttributes() throws Exception {
        var attributes = "filter: {attributes: {type: com.acme.order, region: \"\"}}";
        var subscriber = "{broker: shop, subscriber: {ref: {kind: Service, name: price}}, ";
        var order = WireEvent.builder().id("1").source("/s").type("com.acme.order");
        var legacy = read(FUNCTIONS + BROKER + trigger("", subscriber + attributes + "}"))
                .triggers()
                .get(0)
                .filter();
        assertThat(legacy.test(order.build())).as("region must be there").isFalse();
        assertThat(legacy.test(order.extension("region", "eu").build())).isTrue();

        var empty = read(FUNCTIONS + BROKER + trigger("", subscriber + attributes + ", filters: []}"))
                .triggers()
                .get(0)
                .filter();
        assertThat(empty.test(order.type("com.other.x").build()))
                .as("an empty list says nothing")
                .isFalse();
        order.type("com.acme.order");

        var list = read(FUNCTIONS
                        + BROKER
                        + trigger("", subscriber + attributes + ", filters: [{prefix: {type: com.other.}}]}"))
                .triggers()
                .get(0)
                .filter();
        assertThat(list.test(order.build())).isFalse();
        assertThat(list.test(order.type("com.other.x").build())).isTrue();
    }

    @Test
    void carriesDeadLettersToTheBrokerOrTheFunctionThatIsTheirSink() throws Exception {
        var grave = BROKER.replace("name: shop", "name: grave");
        var subscriber = "{broker: shop, subscriber: {ref: {kind: Service, name: price}}, delivery: {retry: 1, ";
        var toBroker = read(
                FUNCTIONS
                        + BROKER
                        + grave
                        + trigger(
                                "",
                                subscriber
                                        + "deadLetterSink: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: grave}}}}"));
        assertThat(toBroker.triggers()).hasSize(1);
        assertThat(toBroker.triggers().get(0).deadLetters()).isEqualTo(topic("grave"));

        var toFunction = read(FUNCTIONS
                + BROKER
                + trigger("", subscriber + "deadLetterSink: {ref: {kind: Service, name: undertaker}}}}"));
        assertThat(toFunction.triggers()).hasSize(2);
        var dead = topic("shop.price-orders.dlq");
        assertThat(toFunction.triggers().get(0).deadLetters()).isEqualTo(dead);
        var carrier = toFunction.triggers().get(1);
        assertThat(carrier.name()).isEqualTo("price-orders-dead-letters");
        assertThat(carrier.function()).isEqualTo("undertaker");
        assertThat(carrier.reading())
                .isEqualTo(new Reading(dead, "price-orders-dead-letters", Start.EARLIEST, Ordering.NONE));
        assertThat(carrier.deadLetters()).isEqualTo(topic("shop.price-orders.dlq.dlq"));
    }

    @Test
    void makesTheBrokerThatInjectionAsksFor() throws Exception {
        var manifest = read(FUNCTIONS + trigger("eventing.knative.dev/injection: enabled", """
                {broker: default, subscriber: {ref: {kind: Service, name: price}}}"""));

        assertThat(manifest.triggers().get(0).answers().routes())
                .containsExactly(new AnswerRoute(null, topic("default")));
    }

    @Test
    void warnsOfWhatHasNoEffect() throws Exception {
        var broker = """
                apiVersion: eventing.knative.dev/v1
                kind: Broker
                metadata: {name: shop, annotations: {eventing.knative.dev/broker.class: Kafka}}
                spec: {config: {kind: ConfigMap, name: kafka-broker-config}}
                """;

        assertThat(read(FUNCTIONS + broker).warnings())
                .extracting(Mistake::path)
                .containsExactly("metadata.annotations.eventing.knative.dev/broker.class", "spec.config");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {subscriber: {ref: {kind: Service, name: price}}}                        | 4:7: spec.broker: is missing: the name of a Broker of eventing.knative.dev/v1
            {broker: shob, subscriber: {ref: {kind: Service, name: price}}}          | 4:16: spec.broker: 'shob': is no Broker of eventing.knative.dev/v1 in these files; did you mean 'shop'?
            {brokerRef: {name: shop}, subscriber: {ref: {kind: Service, name: price}}} | 4:19: spec.brokerRef: is not in this version: name the Broker as spec.broker
            {broker: shop}                                                           | 4:7: spec.subscriber: is missing: a map with a ref to the function that gets the events
            {broker: shop, subscriber: {uri: "http://x/"}}                           | 4:40: spec.subscriber.uri: 'http://x/': is not in this version: name a Function of these files as ref
            {broker: shop, subscriber: {ref: {kind: Channel, name: price}}}          | 4:47: spec.subscriber.ref.kind: 'Channel': is not in this version: must be Service, whose name is that of a Function
            {broker: shop, subscriber: {ref: {kind: Service, name: prise}}}          | 4:62: spec.subscriber.ref.name: 'prise': is no Function in these files; did you mean 'price'?
            {broker: shop, subscriber: {ref: {kind: Service, name: price}, audience: a}} | 4:80: spec.subscriber.audience: 'a': is not in this version: name a Function of these files as ref
            {broker: shop, subscriber: {ref: {kind: Service, name: price}}, delivery: {retryAfterMax: PT5S}} | 4:82: spec.delivery.retryAfterMax: is not in this version
            {broker: shop, subscriber: {ref: {kind: Service, name: price}}, delivery: {backoffPolicy: constant}} | 4:97: spec.delivery.backoffPolicy: 'constant': must be one of exponential, linear
            {broker: shop, subscriber: {ref: {kind: Service, name: price}}, delivery: {deadLetterSink: {ref: {kind: Broker, name: x}}}} | 4:125: spec.delivery.deadLetterSink.ref.name: 'x': is no Broker of eventing.knative.dev/v1 in these files
            {broker: shop, subscriber: {ref: {kind: Service, name: price}}, filter: {attributes: {Type: a}}} | 4:99: spec.filter.attributes.Type: 'Type': is no attribute name: only a-z and 0-9 are allowed, and data cannot be filtered on
            """)
    void refusesByNameWhatItCanNotHonour(String spec, String mistake) throws IOException {
        var head = (FUNCTIONS + BROKER).lines().count();
        var file = folder.resolve("sluice.yaml");
        Files.writeString(file, FUNCTIONS + BROKER + trigger("", spec));

        var invalid = catchThrowableOfType(InvalidManifestException.class, () -> Manifest.read(List.of(file)));
        assertThat(invalid.mistakes()).singleElement().satisfies(found -> {
            var place = found.place();
            var value = found.value().isEmpty() ? "" : ": '" + found.value() + "'";
            assertThat((place.line() - head) + ":" + place.column() + ": " + found.path() + value + ": " + found.rule())
                    .isEqualTo(mistake);
        });
    }

    @Test
    void refusesAnAnnotationThatWouldHoldTheTriggerBack() throws IOException {
        var file = folder.resolve("sluice.yaml");
        Files.writeString(file, FUNCTIONS + BROKER + trigger("knative.dev/dependency: \"{}\"", """
                {broker: shop, subscriber: {ref: {kind: Service, name: price}}}"""));

        var invalid = catchThrowableOfType(InvalidManifestException.class, () -> Manifest.read(List.of(file)));
        assertThat(invalid.mistakes())
                .extracting(Mistake::path)
                .containsExactly("metadata.annotations.knative.dev/dependency");
    }
}
