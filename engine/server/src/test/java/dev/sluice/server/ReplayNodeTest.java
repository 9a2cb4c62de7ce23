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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events of a topic that go through a trigger again: on a whole node, by the admin API. */
@Timeout(60)
class ReplayNodeTest {
    private static final int EVENTS = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String REPLAY = "/admin/v1/triggers/work/replay";
    /** Event 8 is rejected, and 7 has no answer. */
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec: {handler: dev.sluice.server.TestFunctions$Price, config: {version: "2"}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: work}
            spec: {topic: in, function: price, filters: [{cesql: "id <> '9'"}], answers: {topic: out, type: priced}}
            """;

    @TempDir
    Path folder;

    private Node node;
    private NodeClient client;

    @BeforeEach
    void start() throws Exception {
        var manifest = Manifest.read(List.of(Files.writeString(folder.resolve("sluice.yaml"), MANIFEST)));
        node = Node.start(manifest, new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10)));
        client = new NodeClient(node);
        assertThat(client.publishKeyed("in", EVENTS).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> client.trigger("work").path("done").asInt() == EVENTS - 2);
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

    private static List<String> ids(List<StoredEvent> events) {
        return events.stream().map(stored -> stored.event().getId()).sorted().toList();
    }

    private String begin(String body) throws Exception {
        var begun = client.change(REPLAY, body);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        return NodeClient.json(begun).path("id").asText();
    }

    private JsonNode ended(String id) {
        return await().atMost(PATIENCE).until(() -> client.get("/admin/v1/jobs/" + id), job -> !job.path("state")
                .asText()
                .equals("RUNNING"));
    }

    @Test
    void runsEachEventOnceMoreUnderTheTriggersNameAndMovesNoPosition() throws Exception {
        var before = client.trigger("work").path("lag");
        var once = ids(on("out"));

        var job = ended(begin("{\"topic\": \"in\", \"from\": \"earliest\"}"));

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("DONE");
        assertThat(job.path("done").asInt()).isEqualTo(EVENTS);
        var found = job.path("replay");
        assertThat(found.path("delivered").asInt()).isEqualTo(EVENTS - 2);
        assertThat(found.path("filtered").asInt()).isEqualTo(1);
        assertThat(found.path("deadLettered").asInt()).isEqualTo(1);
        assertThat(found.path("next")).isEmpty();
        assertThat(ids(on("out")))
                .isEqualTo(Stream.concat(once.stream(), once.stream()).sorted().toList());
        assertThat(on("in.dlq")).hasSize(2).allSatisfy(letter -> assertThat(
                        letter.event().getExtension("dltrigger"))
                .isEqualTo("work"));
        assertThat(on("in")).hasSize(EVENTS);
        assertThat(client.trigger("work").path("lag")).isEqualTo(before);
        assertThat(client.trigger("work").path("done").asInt()).isEqualTo(EVENTS - 2);
        assertThat(client.text("/metrics")).doesNotContain("work:replay");
    }

    @Test
    void endsWhatIsCancelledAndTellsWhereItGoesOn() throws Exception {
        var id = begin("{\"from\": \"0:0\", \"rate\": 0.5}");
        await().atMost(PATIENCE)
                .until(() -> client.get("/admin/v1/jobs/" + id).path("done").asInt() == 1);
        assertThat(client.text("/metrics")).contains("trigger=\"work:replay\"");
        assertThat(client.change(REPLAY, "{\"from\": \"earliest\"}").statusCode())
                .isEqualTo(409);

        client.change("/admin/v1/jobs/" + id + "/cancel", "{}");
        var job = ended(id);

        assertThat(job.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(job.path("replay").path("givenBack").asInt()).isPositive();
        assertThat(job.path("replay").path("next").get(0).asText())
                .isEqualTo("0:" + job.path("done").asInt());
        assertThat(ended(begin("{\"from\": \"0:1\", \"to\": \"0:4\"}"))
                        .path("done")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void tellsInADryRunWhatWouldRun() throws Exception {
        var job = ended(begin("{\"from\": \"earliest\", \"dryRun\": true, \"filter\": \"LENGTH(id) = 1\"}"));

        assertThat(job.path("done").asInt())
                .as("not 9, which the trigger does not want")
                .isEqualTo(9);
        assertThat(on("out")).hasSize(EVENTS - 3);
    }

    @Test
    void refusesWhatCannotBeReplayedAndNamesTheRule() throws Exception {
        assertThat(client.change(REPLAY, "{}").body()).contains("from is needed");
        assertThat(client.change(REPLAY, "{\"function\": \"price\", \"from\": \"earliest\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.change(REPLAY, "{\"topic\": \"out\", \"from\": \"earliest\"}")
                        .body())
                .contains("trigger 'work' reads topic 'in', not 'out'");
        assertThat(client.change(REPLAY, "{\"from\": \"earliest\", \"rate\": 0}")
                        .body())
                .contains("rate");
        assertThat(client.change("/admin/v1/triggers/none/replay", "{\"from\": \"earliest\"}")
                        .statusCode())
                .isEqualTo(404);
    }
}
