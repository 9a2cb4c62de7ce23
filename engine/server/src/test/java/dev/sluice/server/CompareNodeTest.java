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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The next version of a function beside the answers of the one that is at work: on a whole node, by the admin API. */
@Timeout(60)
class CompareNodeTest {
    private static final int EVENTS = 600;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String COMPARE = "/admin/v1/triggers/work/compare";
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec: {handler: dev.sluice.server.TestFunctions$Price, config: {version: "1"}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price-2}
            spec: {handler: dev.sluice.server.TestFunctions$Price, config: {version: "2"}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: work}
            spec: {topic: in, function: price, answers: {topic: out, type: priced}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: chain}
            spec: {topic: out, function: price, filters: [{exact: {type: never}}]}
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
        await().atMost(PATIENCE).until(() -> on("out").size() == EVENTS);
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

    private JsonNode run(String path, String body) throws Exception {
        var begun = client.change(path, body);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        var id = NodeClient.json(begun).path("id").asText();
        return await().atMost(PATIENCE).until(() -> client.get("/admin/v1/jobs/" + id), job -> !job.path("state")
                .asText()
                .equals("RUNNING"));
    }

    @Test
    void findsExactlyWhatTheNextVersionAnswersOtherwiseAndPublishesNothing() throws Exception {
        var job = run(COMPARE, "{\"function\": \"price-2\", \"from\": \"earliest\"}");

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("DONE");
        assertThat(job.path("done").asInt()).isEqualTo(EVENTS);
        var found = job.path("comparison");
        assertThat(found.path("same").asInt()).isEqualTo(EVENTS - 8);
        assertThat(found.path("different").asInt()).isEqualTo(6);
        assertThat(found.path("missing").asInt()).isEqualTo(1);
        assertThat(found.path("failed").asInt()).isEqualTo(1);
        assertThat(found.path("differences")).hasSize(8).anySatisfy(difference -> {
            assertThat(difference.path("id").asText()).isEqualTo("300");
            assertThat(difference.path("details").get(0).asText()).isEqualTo("answer 1: /total: 5 → 1");
        });
        assertThat(on("out")).hasSize(EVENTS);
        assertThat(on("in")).hasSize(EVENTS);
    }

    @Test
    void comparesTheRangeThatIsAskedForByTheNameOfItsTopicToo() throws Exception {
        var body = "{\"function\": \"price\", \"from\": \"1:2\", \"to\": \"1:5\", \"filter\": \"type = 'a'\"}";

        var job = run("/admin/v1/triggers/in/compare", body);

        assertThat(job.path("comparison").path("same").asInt())
                .as(job.toString())
                .isEqualTo(3);
        assertThat(job.path("letters").asInt()).isEqualTo(3);
        var later = run(COMPARE, "{\"function\": \"price\", \"from\": \"2100-01-01T00:00:00Z\"}");
        assertThat(later.path("done").asInt()).isZero();
    }

    @Test
    void refusesWhatIsNoRangeAndNamesTheRule() throws Exception {
        assertThat(client.change(COMPARE, "{\"function\": \"price\"}").body()).contains("the first two are needed");
        assertThat(client.change(COMPARE, "{\"function\": \"gone\", \"from\": \"earliest\"}")
                        .body())
                .contains("function is 'gone'");
        assertThat(client.change(COMPARE, "{\"function\": \"price\", \"from\": \"noon\"}")
                        .body())
                .contains("from is 'noon', must be earliest, a time");
        assertThat(client.change(COMPARE, "{\"function\": \"price\", \"from\": \"0:5\", \"to\": \"0:5\"}")
                        .body())
                .contains("must be behind from");
        assertThat(client.change("/admin/v1/triggers/none/compare", "{}").statusCode())
                .isEqualTo(404);
        assertThat(client.change(
                                "/admin/v1/triggers/chain/compare", "{\"function\": \"price\", \"from\": \"earliest\"}")
                        .body())
                .contains("has no topic for its answers");
    }
}
