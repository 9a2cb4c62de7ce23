package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node whose functions follow their load, seen through its admin API. */
@Timeout(30)
class NodeScalingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward, scaling: {SCALING}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: first}
            spec: {topic: in, function: forward, answers: {topic: out}}
            """;

    @TempDir
    Path folder;

    private @Nullable Node node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    @Test
    void startsWithoutInstancesAndMakesOneForTheFirstEvent() throws Exception {
        var client = start("max: 4");
        assertThat(scaling(client).path("ready").asInt()).isZero();
        assertThat(client.reasons()).isEmpty();

        client.publish("in", "1", "a");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.events("out")).isEqualTo(1));
        assertThat(scaling(client).path("ready").asInt()).isEqualTo(1);
        var first = decisions(client).stream()
                .filter(decision -> decision.path("to").asInt() > 0)
                .reduce((newer, older) -> older)
                .orElseThrow();
        assertThat(first.path("from").asInt()).isZero();
        assertThat(first.path("to").asInt()).isEqualTo(1);
        assertThat(first.path("words").asText()).startsWith("0 -> 1 instance: ");
        assertThat(first.path("node").asText()).endsWith(":" + client.adminPort());
    }

    @Test
    void makesAnInstanceForACallAndNoneAgainAfterIdleTime() throws Exception {
        var client = start("idle: 300ms");

        assertThat(client.call("forward", "1", "a").statusCode()).isEqualTo(200);

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(scaling(client).path("wanted").asInt()).isZero();
            assertThat(decisions(client).get(0).path("reason").asText()).isEqualTo("ZERO");
        });
        assertThat(client.call("forward", "2", "a").statusCode()).isEqualTo(200);
    }

    @Test
    void keepsTheNumberThatIsSetByHandUntilItIsTakenBack() throws Exception {
        var client = start("max: 4, idle: 100ms");

        assertThat(client.scale("forward", "{\"instances\": 3}").statusCode()).isEqualTo(200);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(scaling(client).path("ready").asInt()).isEqualTo(3));
        var decision = decisions(client).get(0);
        assertThat(decision.path("reason").asText()).isEqualTo("BY_HAND");
        assertThat(decision.path("words").asText()).contains("set by hand; else ");

        client.scale("forward", "{\"instances\": \"auto\"}");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(scaling(client).path("wanted").asInt()).isLessThan(3));
    }

    @Test
    void startsAllOfAFixedNumber() throws Exception {
        var client = start("policy: fixed, max: 3");

        assertThat(scaling(client).path("ready").asInt()).isEqualTo(3);
        assertThat(scaling(client).path("policy").asText()).isEqualTo("fixed");
    }

    private NodeClient start(String scaling) throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST.replace("SCALING", scaling));
        var started = Node.start(Manifest.read(List.of(file)), FREE_PORTS);
        node = started;
        return new NodeClient(started);
    }

    private static JsonNode scaling(NodeClient client) throws Exception {
        return client.get("/admin/v1/functions/forward/scaling");
    }

    private static List<JsonNode> decisions(NodeClient client) throws Exception {
        var decisions = new ArrayList<JsonNode>();
        client.get("/admin/v1/functions/forward/decisions?limit=1000")
                .path("items")
                .forEach(decisions::add);
        return decisions;
    }
}
