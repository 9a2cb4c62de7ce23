package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.kafka.server.KafkaOptions;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.engine.EngineOptions.Ceilings;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two nodes whose triggers name one group: each scales its own instances by the lag of its own partitions. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class KafkaScalingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EVENTS = 200;
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {kafka: {bootstrap-servers: "@servers@", topics: {partitions: 4}}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: held}
            spec:
              handler: dev.sluice.server.TestFunctions$Held
              config: {until: "@until@"}
              concurrency: 4
              scaling: {max: 8}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: work}
            spec: {topic: {name: work, group: shared}, function: held}
            """;

    @TempDir
    Path folder;

    @Test
    void shareTheWorkAndEachDecidesForItself() throws Exception {
        var until = folder.resolve("until");
        try (var kafka = LocalKafka.start(KafkaOptions.nodes(1))) {
            var text = MANIFEST.replace("@servers@", kafka.bootstrapServers()).replace("@until@", until.toString());
            var manifest = Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), text)));
            var left = Node.start(manifest, settings("left"));
            try {
                var right = Node.start(manifest, settings("right"));
                try {
                    check(new NodeClient(left), new NodeClient(right), until);
                } finally {
                    right.stop();
                }
            } finally {
                left.stop();
            }
        }
    }

    private static void check(NodeClient left, NodeClient right, Path until) throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(partitions(left)).hasSize(2);
            assertThat(partitions(right)).hasSize(2);
        });
        assertThat(left.publishKeyed("work", EVENTS).statusCode()).isEqualTo(202);

        await().atMost(PATIENCE).untilAsserted(() -> {
            var ofLeft = scaling(left);
            var ofRight = scaling(right);
            assertThat(ofLeft.path("ready").asInt()).isPositive();
            assertThat(ofRight.path("ready").asInt()).isPositive();
            assertThat(ofLeft.path("lagEvents").asInt()).isPositive();
            assertThat(ofRight.path("lagEvents").asInt()).isPositive();
            assertThat(ofLeft.path("lagEvents").asInt()
                            + ofRight.path("lagEvents").asInt())
                    .as("each counts its own partitions")
                    .isEqualTo(EVENTS);
        });
        assertThat(nodes(left)).containsExactly("left");
        assertThat(nodes(right)).containsExactly("right");

        Files.createFile(until);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(done(left) + done(right)).isEqualTo(EVENTS));
        assertThat(done(left)).isPositive();
        assertThat(done(right)).isPositive();
    }

    private static Settings settings(String node) {
        return new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(5), false, node, Ceilings.defaults());
    }

    private static Set<Integer> partitions(NodeClient client) throws Exception {
        var partitions = new TreeSet<Integer>();
        for (var partition : client.trigger("work").path("lag").path("partitions")) {
            partitions.add(partition.path("partition").asInt());
        }
        return partitions;
    }

    private static JsonNode scaling(NodeClient client) throws Exception {
        return client.get("/admin/v1/functions/held/scaling");
    }

    private static Set<String> nodes(NodeClient client) throws Exception {
        var nodes = new TreeSet<String>();
        client.get("/admin/v1/functions/held/decisions?limit=1000")
                .path("items")
                .forEach(decision -> nodes.add(decision.path("node").asText()));
        return nodes;
    }

    private static long done(NodeClient client) throws Exception {
        return client.trigger("work").path("done").asLong();
    }
}
