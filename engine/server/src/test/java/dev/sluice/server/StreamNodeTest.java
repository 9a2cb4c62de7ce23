package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.Manifest;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node runs functions of several events: from a manifest to answers, and to its end. */
@Timeout(30)
class StreamNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
    private static final String FUNCTIONS = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: counts}
            spec: {handler: dev.sluice.server.StreamFunctions$Counts, window: {size: 3, within: 5m}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: relay}
            spec: {handler: dev.sluice.server.StreamFunctions$Relay}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: sees}
            spec: {handler: dev.sluice.server.Recorder, config: {log: stream-node}}
            """;
    /** One partition, so that events come in the order in which they were published. */
    private static final String TRIGGERS = """
            ---
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {memory: {partitions: 1}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: windows}
            spec: {topic: {name: orders, order: partition}, function: counts, answers: {topic: totals}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: stream}
            spec: {topic: in, function: relay, answers: {topic: out}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: sees-totals}
            spec: {topic: totals, function: sees}
            """;

    private @Nullable Node node;

    @TempDir
    Path folder;

    @BeforeEach
    void nothingKept() {
        StreamFunctions.Relay.KEPT.clear();
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    @Test
    void answersOncePerWindowAndSettlesItsEventsTogether() throws Exception {
        var client = start();

        for (var i = 0; i < 7; i++) {
            assertThat(client.publish("orders", "w" + i, "a").statusCode()).isEqualTo(202);
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Recorder.done("stream-node")).hasSize(2));
        assertThat(Recorder.done("stream-node"))
                .extracting(StreamNodeTest::data)
                .allSatisfy(text -> assertThat(text).contains("\"events\":3"))
                .anySatisfy(text -> assertThat(text).contains("\"first\":\"w0\""))
                .anySatisfy(text -> assertThat(text).contains("\"first\":\"w3\""));
        await().atMost(PATIENCE).untilAsserted(() -> {
            var trigger = client.trigger("windows");
            assertThat(trigger.path("done").asInt()).isEqualTo(6);
            assertThat(trigger.path("runnable").asInt())
                    .as("the first of the next window")
                    .isEqualTo(1);
        });
    }

    @Test
    void settlesEachEventOfAStreamAsItsFunctionDoesAndFreesTheRestWhenTheNodeStops() throws Exception {
        var client = start();

        client.publish("in", "1", "a");
        client.publish("in", "2", "bad");
        client.publish("in", "3", "kept");
        client.publish("in", "4", "a");

        await().atMost(PATIENCE).untilAsserted(() -> {
            var trigger = client.trigger("stream");
            assertThat(trigger.path("done").asInt()).isEqualTo(2);
            assertThat(trigger.path("deadLettered").asInt()).isEqualTo(1);
            assertThat(trigger.path("running").asInt()).as("kept open").isEqualTo(1);
        });
        assertThat(client.events("out")).isEqualTo(2);
        assertThat(client.events("in.dlq")).isEqualTo(1);
        assertThat(StreamFunctions.Relay.RUNNING).hasValue(1);

        Objects.requireNonNull(node).stop();

        assertThat(StreamFunctions.Relay.RUNNING).as("streams").hasValue(0);
        assertThat(StreamFunctions.Relay.KEPT)
                .singleElement()
                .satisfies(kept -> assertThat(kept.accept()).as("given back").isFalse());
    }

    @Test
    void refusesAllThatAStreamHasNoUseForAtOnceEachWithItsPlace() {
        var triggers = """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: held}
                spec:
                  topic: in
                  function: relay
                  rate: 10/s
                  concurrency: 4
                  dedupe: {window: 1m}
                  share: 2
                  delivery: {retry: 1, timeout: 5s, max-age: 1m}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: asks}
                spec:
                  http: {path: /ask}
                  function: relay
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: counted}
                spec: {topic: orders, function: counts, rate: 10/s, share: 2}
                """;
        var missing = FUNCTIONS.replace("dev.sluice.server.Recorder", "com.acme.Missing");
        var none = "has no effect on function 'relay', which is a stream: ";

        assertThatThrownBy(() -> Node.start(manifest(missing + triggers), FREE_PORTS))
                .isInstanceOfSatisfying(NodeException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID);
                    assertThat(String.valueOf(e.getMessage()).lines())
                            .satisfiesExactly(
                                    line -> assertThat(line).contains(":14:17: spec.handler: 'com.acme.Missing'"),
                                    line -> assertThat(line).contains(":22:9: spec.rate: " + none),
                                    line -> assertThat(line).contains(":23:16: spec.concurrency: " + none),
                                    line -> assertThat(line).contains(":24:11: spec.dedupe: " + none),
                                    line -> assertThat(line).contains(":25:10: spec.share: " + none),
                                    line -> assertThat(line).contains(":26:33: spec.delivery.timeout: " + none),
                                    line -> assertThat(line).contains(":26:46: spec.delivery.max-age: " + none),
                                    line -> assertThat(line)
                                            .contains(":32:9: spec.http: waits for the answers of function 'relay'"),
                                    line -> assertThat(line)
                                            .contains(":33:13: spec.function: names function 'relay', which is a"
                                                    + " stream and has a trigger: 'held', at ")
                                            .endsWith("sluice.yaml:18:18"));
                });
    }

    private NodeClient start() throws Exception {
        var started = Node.start(manifest(FUNCTIONS + TRIGGERS), FREE_PORTS);
        node = started;
        return new NodeClient(started);
    }

    private Manifest manifest(String text) throws Exception {
        return Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), text)));
    }

    private static String data(CloudEvent event) {
        return new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8);
    }
}
