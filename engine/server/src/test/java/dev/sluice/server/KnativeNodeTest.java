package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Broker and Triggers of Knative's in a node: events in, answers back to the Broker, dead letters to a function. */
@Timeout(30)
class KnativeNodeTest {
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
    private static final String MANIFEST = """
            {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: forward}, spec: {handler: dev.sluice.server.TestFunctions$Forward}}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Broker
            metadata: {name: shop, namespace: sales}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Trigger
            metadata: {name: first, namespace: sales}
            spec:
              broker: shop
              filter: {attributes: {type: order}}
              subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: forward}}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Trigger
            metadata: {name: second, namespace: sales}
            spec:
              broker: shop
              filters: [{exact: {type: order.done}}]
              subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: forward}}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Trigger
            metadata: {name: refusing, namespace: sales}
            spec:
              broker: shop
              filters: [{exact: {type: bad}}]
              subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: forward}}
              delivery: {retry: 1, backoffPolicy: linear, backoffDelay: PT0.01S}
            ---
            apiVersion: eventing.knative.dev/v1
            kind: Trigger
            metadata: {name: circle, namespace: sales}
            spec:
              broker: shop
              filters: [{prefix: {type: circle}}]
              subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: forward}}
            """;

    private Node node;
    private NodeClient client;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST);
        node = Node.start(Manifest.read(List.of(file), Map.of(), null), FREE_PORTS);
        client = new NodeClient(node);
    }

    @AfterEach
    void stop() {
        node.stop();
    }

    @Test
    void givesAnAnswerToEveryTriggerOfTheBrokerItCameFrom() throws Exception {
        client.publish("shop", "1", "order");

        await().untilAsserted(() -> {
            assertThat(client.trigger("first").path("done").asInt()).isEqualTo(1);
            assertThat(client.trigger("second").path("done").asInt()).isEqualTo(1);
        });
        await().untilAsserted(() -> assertThat(client.events("shop"))
                .as("order, order.done, order.done.done")
                .isEqualTo(3));
    }

    @Test
    void storesADeadLetterInKnativesWords() throws Exception {
        client.publish("shop", "2", "bad");

        await().untilAsserted(() -> assertThat(client.events("shop.dlq")).isEqualTo(1));
        assertThat(client.trigger("refusing").path("deadLettered").asInt()).isEqualTo(1);
    }

    @Test
    void endsACircleOfAnswersAtTheHopLimit() throws Exception {
        client.publish("shop", "3", "circle");

        await().untilAsserted(() -> assertThat(
                        client.trigger("circle").path("deadLettered").asInt())
                .isEqualTo(1));
        assertThat(client.trigger("circle").path("done").asInt()).isEqualTo(32);
    }
}
