package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.engine.EngineOptions.Ceilings;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node is asked what became of events. */
@Timeout(30)
class ExplainNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: forward}
            spec: {handler: dev.sluice.server.TestFunctions$Forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: held}
            spec: {handler: dev.sluice.server.TestFunctions$Held, config: {until: "@until@"}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: first}
            spec: {topic: in, filters: [{prefix: {type: a}}], function: forward, answers: {topic: out}, delivery: {retry: 0}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: second}
            spec: {topic: out, function: forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: bad}
            spec: {topic: in, filters: [{exact: {type: bad}}], function: forward, delivery: {retry: 0}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: waits}
            spec: {topic: {name: held, order: partition}, function: held}
            """;

    private @Nullable Node node;

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    @Test
    void followsAnEventOverItsHopsAndTellsWhyEachTriggerDidWhatItDid() throws Exception {
        var client = start(JournalOptions.RATE_DEFAULT);
        client.publish("in", "one", "a");
        client.publish("in", "two", "bad");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.trigger("second").path("done").asInt()).isEqualTo(1);
            assertThat(client.events("in.dlq")).isEqualTo(1);
        });

        assertThat(explain(client, "first", "one").path("sentence").asText())
                .startsWith("one was delivered to first: try 1 on instance 1 of node left took ")
                .endsWith(", 1 answer one stored on out");
        assertThat(explain(client, "first", "two").path("sentence").asText())
                .isEqualTo("two was not delivered to first: its filter type starts with \"a\" did not match: type is"
                        + " \"bad\"");
        assertThat(explain(client, "bad", "two").path("sentence").asText())
                .isEqualTo("two was not delivered to bad: it was put aside on in.dlq after 1 try, rejected, Rejected:"
                        + " bad event");
        var trace = client.get("/admin/v1/events/one/trace");
        assertThat(trace.path("source").asText()).isEqualTo("/test");
        assertThat(trace.path("hops"))
                .extracting(hop -> hop.path("trigger").asText())
                .containsExactly("", "first", "bad", "second");
        assertThat(trace.findValuesAsText("words")).contains("stored on in", "taken off out");
    }

    @Test
    void asksTheTopicAndTheDeadLettersForWhatNobodyHasKept() throws Exception {
        var client = start(0);
        client.publish("in", "one", "a");
        client.publish("in", "two", "b");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        client.trigger("bad").path("filtered").asInt())
                .isEqualTo(2));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        client.trigger("second").path("done").asInt())
                .isEqualTo(1));

        var settled = explain(client, "first", "one");
        assertThat(settled.path("outcome").asText()).isEqualTo("TAKEN_OFF");
        assertThat(settled.path("sentence").asText())
                .startsWith("one was settled by first: it stands on in, partition ");
        assertThat(explain(client, "first", "two").path("sentence").asText())
                .isEqualTo("two is not wanted by first: its filter, as it is now, type starts with \"a\" did not match:"
                        + " type is \"b\"");
        var unknown = explain(client, "first", "none");
        assertThat(unknown.path("status").asInt()).isEqualTo(404);
        assertThat(unknown.path("detail").asText())
                .isEqualTo("nothing is known of none at first on node left: not among the 2 events of in, not among the"
                        + " 0 events of in.dlq, and no decision on it is kept");
        assertThat(client.get("/admin/v1/events/one/trace").path("status").asInt())
                .isEqualTo(404);
    }

    @Test
    void tellsWhatWaitsAndForWhat() throws Exception {
        var client = start(0);
        for (var i = 0; i < 2; i++) {
            client.publish("held", "h" + i, "a");
            client.publish("held", "i" + i, "a");
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        client.trigger("waits").path("received").asInt())
                .isEqualTo(4));

        var outcomes = List.of("h0", "h1", "i0", "i1").stream()
                .map(id -> sentence(client, id))
                .toList();
        assertThat(outcomes).anyMatch(it -> it.contains("is running at waits: try 1 on instance 1 since "));
        assertThat(outcomes).allMatch(it -> it.contains(" is running at waits: ") || it.contains(" is held by "));
        var trace = client.get("/admin/v1/events/h0/trace");
        assertThat(trace.findValuesAsText("stage")).containsExactly("OPEN");
        Files.createFile(folder.resolve("until"));
    }

    @Test
    void refusesQuestionsThatNameNothing() throws Exception {
        var client = start(0);

        assertThat(client.get("/admin/v1/triggers/first/explain").path("detail").asText())
                .isEqualTo("the query must be ?event=ID, or ?event=ID&source=SOURCE");
        assertThat(client.get("/admin/v1/triggers/none/explain?event=1")
                        .path("detail")
                        .asText())
                .isEqualTo("there is no trigger named 'none'");
        assertThat(client.get("/admin/v1/events/1/trace?x=1").path("status").asInt())
                .isEqualTo(400);
    }

    private static String sentence(NodeClient client, String id) {
        try {
            return explain(client, "waits", id).path("sentence").asText();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static JsonNode explain(NodeClient client, String trigger, String event) throws Exception {
        return client.get("/admin/v1/triggers/" + trigger + "/explain?event=" + event);
    }

    private NodeClient start(double rate) throws Exception {
        var until = folder.resolve("until").toString().replace("\\", "\\\\");
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST.replace("@until@", until));
        var started = Node.start(
                Manifest.read(List.of(file)),
                new Settings(
                        "127.0.0.1",
                        0,
                        0,
                        Duration.ofSeconds(5),
                        false,
                        "left",
                        Ceilings.defaults(),
                        null,
                        JournalOptions.defaults().withRate(rate)));
        node = started;
        return new NodeClient(started);
    }
}
