package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A function breaks, is mended, and what it could not do is redriven: on a whole node, by the admin API. */
@Timeout(60)
class DeadLetterNodeTest {
    private static final int EVENTS = 600;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LETTERS = "/admin/v1/deadletters/in.dlq";
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: mendable}
            spec: {handler: dev.sluice.server.TestFunctions$Mendable}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: work}
            spec: {topic: in, function: mendable, answers: {topic: out}, delivery: {retry: 0, dead-letter: {max-redrives: 1}}}
            """;

    @TempDir
    Path folder;

    private Node node;
    private NodeClient client;

    @BeforeEach
    void start() throws Exception {
        TestFunctions.Mendable.BROKEN.set(true);
        var manifest = Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), MANIFEST)));
        node = Node.start(manifest, new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10)));
        client = new NodeClient(node);
        assertThat(client.publishKeyed("in", EVENTS).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> on("in.dlq").size() == EVENTS);
    }

    @AfterEach
    void stop() {
        node.stop();
    }

    private List<StoredEvent> on(String topic) {
        return Objects.requireNonNull(node.topics()
                .broker("default")
                .read(topic, ReadRange.ALL)
                .collectList()
                .block(PATIENCE));
    }

    private JsonNode run(String action, String body) throws Exception {
        var begun = client.change(LETTERS + "/" + action, body);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        var id = NodeClient.json(begun).path("id").asText();
        return await().atMost(PATIENCE).until(() -> client.get("/admin/v1/jobs/" + id), job -> !job.path("state")
                .asText()
                .equals("RUNNING"));
    }

    @Test
    void redrivesEachLetterOnceAfterTheFunctionIsMended() throws Exception {
        assertThat(client.get(LETTERS).path("open").asInt()).isEqualTo(EVENTS);
        assertThat(client.get("/admin/v1/deadletters").path("items")).hasSize(1);
        var group = client.get(LETTERS + "/groups?by=error").path("groups").get(0);
        assertThat(group.path("count").asInt()).isEqualTo(EVENTS);
        assertThat(group.path("value").asText()).endsWith("IllegalStateException: broken");
        var shown = client.get(LETTERS + "/letter?id=" + group.path("place").asText());
        assertThat(shown.path("event").path("dltopic").asText()).isEqualTo("in");

        var dry = run("redrive", "{\"dryRun\": true}");
        assertThat(dry.path("done").asInt()).isEqualTo(EVENTS);
        assertThat(on("in")).hasSize(EVENTS);
        assertThat(client.get(LETTERS).path("open").asInt()).isEqualTo(EVENTS);

        TestFunctions.Mendable.BROKEN.set(false);
        var job = run("redrive", "{}");

        assertThat(job.path("state").asText()).isEqualTo("DONE");
        assertThat(job.path("done").asInt()).isEqualTo(EVENTS);
        await().atMost(PATIENCE).until(() -> on("out").size() >= EVENTS);
        assertThat(on("out"))
                .extracting(stored -> stored.event().getId())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, EVENTS).mapToObj(String::valueOf).toList());
        assertThat(on("in")).hasSize(2 * EVENTS);
        assertThat(client.get(LETTERS).path("open").asInt()).isZero();
        assertThat(client.get(LETTERS).path("redriven").asInt()).isEqualTo(EVENTS);
        assertThat(run("redrive", "{}").path("done").asInt()).isZero();
    }

    @Test
    void refusesWhatIsNoOrderAndNamesTheRule() throws Exception {
        assertThat(client.change(LETTERS + "/redrive", "{\"edit\": \".a +\"}").body())
                .contains("edit is no jq program");
        assertThat(client.change(LETTERS + "/redrive", "{\"limit\": 0}").body()).contains("must be at least 1");
        assertThat(client.change(LETTERS + "/redrive", "{\"filter\": \"a b\"}").body())
                .contains("filter");
        assertThat(client.change(LETTERS + "/redrive", "{\"speed\": 1}").statusCode())
                .isEqualTo(400);
        assertThat(client.change("/admin/v1/deadletters/in/redrive", "{}").body())
                .contains("there are in.dlq");
        assertThat(client.change("/admin/v1/jobs/x/cancel", "{}").statusCode()).isEqualTo(404);
        assertThat(client.get(LETTERS + "/groups?by=colour").path("status").asInt())
                .isEqualTo(400);
        assertThat(on("in")).hasSize(EVENTS);
    }

    @Test
    void refusesWhatWasRedrivenAsOftenAsItsTriggerAllows() throws Exception {
        assertThat(run("redrive", "{\"ids\": [\"1\"]}").path("done").asInt()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> on("in.dlq").size() == EVENTS + 1);

        var again = run("redrive", "{\"ids\": [\"1\"]}");

        assertThat(again.path("done").asInt()).isZero();
        assertThat(again.path("refusals").fieldNames().next()).isEqualTo("redriven 1 times already: max-redrives is 1");
    }

    @Test
    void discardsWhatIsNotNeeded() throws Exception {
        var job = run("discard", "{\"ids\": [\"1\", \"2\"]}");

        assertThat(job.path("done").asInt()).isEqualTo(2);
        assertThat(client.get(LETTERS).path("discarded").asInt()).isEqualTo(2);
        assertThat(client.get(LETTERS + "/letter?id=1").path("state").asText()).isEqualTo("DISCARDED");
        assertThat(on("in")).hasSize(EVENTS);
    }
}
