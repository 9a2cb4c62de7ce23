package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.Manifest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node on real sockets: from a manifest to answers. */
@Timeout(30)
class NodeTest {
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
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
            spec: {topic: {name: in, group: shared}, filters: [{not: {exact: {type: b}}}], function: forward, answers: {topic: out}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: second}
            spec: {topic: {name: in, group: shared}, filters: [{exact: {type: b}}], function: forward, answers: {topic: other}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: hook}
            spec: {http: {path: /hook, mode: accept}, function: forward, answers: {topic: out}, rate: 1000/s, dedupe: {window: 1m}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: ask}
            spec: {http: {path: /ask}, function: forward}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
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
    void bringsEventsFromTopicsToFunctionsAndAnswersToTopics() throws Exception {
        start();

        assertThat(publish("in", "1", "a").statusCode()).isEqualTo(202);
        assertThat(publish("in", "2", "b").statusCode()).isEqualTo(202);
        assertThat(publish("in", "3", "bad").statusCode()).isEqualTo(202);

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(events("out")).isEqualTo(1);
            assertThat(events("other")).isEqualTo(1);
            assertThat(events("in.dlq")).isEqualTo(1);
        });
        var first = admin("/admin/v1/triggers/first");
        assertThat(first.path("filtered").asInt()).isEqualTo(1);
        assertThat(first.path("deadLettered").asInt()).isEqualTo(1);
    }

    @Test
    void callsFunctionsAndRepliesOnPathsOfTriggers() throws Exception {
        start();

        var called = post("/functions/forward", "1", "a");
        assertThat(called.statusCode()).isEqualTo(200);
        assertThat(called.headers().firstValue("ce-type")).contains("a.done");
        assertThat(post("/ask", "2", "a").headers().firstValue("ce-type")).contains("a.done");
        assertThat(post("/ask", "3", "bad").statusCode()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void storesWhatAnAcceptingPathTakesBeforeItsFunctionRuns() throws Exception {
        start();

        assertThat(post("/hook", "1", "a").statusCode()).isEqualTo(202);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(events("out")).isEqualTo(1));
        assertThat(admin("/admin/v1/topics/hook.events")
                        .path("groups")
                        .get(0)
                        .path("group")
                        .asText())
                .isEqualTo("hook");
    }

    @Test
    void knowsOnlyTopicsThatAManifestNames() throws Exception {
        start();

        assertThat(publish("unheard-of", "1", "a").statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhereItServesOnOneLine() throws Exception {
        var started = start();

        assertThat(started.readyLine())
                .matches("sluice ready: ingress http://127\\.0\\.0\\.1:\\d+ admin http://127\\.0\\.0\\.1:\\d+");
        assertThat(admin("/health/ready").path("status").asText()).isEqualTo("READY");
    }

    @Test
    void servesWithoutAFunctionThatDoesNotStartAndSaysThatItIsNotReady() throws Exception {
        var kept = MANIFEST.replace("TestFunctions$Forward", "TestFunctions$Broken, scaling: {min: 1}");
        node = Node.start(manifest(kept), FREE_PORTS);

        var ready = admin("/health/ready");
        assertThat(ready.path("status").asText()).isEqualTo("NOT_READY");
        assertThat(ready.path("reasons").toString())
                .contains("function 'forward' is ")
                .contains("no database");
        assertThat(publish("in", "1", "a").statusCode()).isEqualTo(202);
    }

    /** The documentation's table of meters is made from what the modules tell; this holds them to it. */
    @Test
    void registersTheMetersThatItsTableNames() throws Exception {
        var started = start();
        publish("in", "1", "a");
        post("/functions/forward", "2", "a");
        var response = client.send(
                HttpRequest.newBuilder(URI.create(started.adminUrl() + "/metrics"))
                        .build(),
                BodyHandlers.ofString());

        var scraped = response.body();
        var missing = Stream.of("Engine", "HTTP ingress", "Memory broker")
                .flatMap(module -> MetersCommand.names(module).stream())
                .filter(name -> !scraped.contains(name.replace('.', '_').replace('-', '_')))
                .toList();
        assertThat(MetersCommand.table())
                .contains("## Engine")
                .contains("## HTTP ingress")
                .contains("## Memory broker")
                .contains("## Kafka broker");
        assertThat(missing).as("named in the table, never registered").isEmpty();
    }

    @Test
    void finishesWhatIsInFlightBeforeItStops() throws Exception {
        var started = start();
        var call = client.sendAsync(request("/functions/held", "1", "a"), BodyHandlers.ofString());
        await().atMost(PATIENCE)
                .until(() -> started.engine().functions().stream().anyMatch(function -> function.leased() > 0));

        var stopping = CompletableFuture.runAsync(started::stop);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        admin("/health/ready").path("reasons").path(0).asText())
                .isEqualTo("the node is draining"));
        assertThat(post("/functions/forward", "2", "a").statusCode()).isEqualTo(503);
        assertThat(stopping).isNotDone();
        Files.createFile(until());

        assertThat(call.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(stopping).succeedsWithin(PATIENCE);
        assertThatThrownBy(() -> post("/functions/forward", "3", "a")).isInstanceOf(IOException.class);
    }

    @Test
    void tellsHowManyEventsEndWithItsMemoryTopics() throws Exception {
        var withHeldTopic = MANIFEST + """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: slow}
                spec: {topic: slow, function: held}
                """;
        var started = Node.start(manifest(withHeldTopic), new Settings("127.0.0.1", 0, 0, Duration.ZERO));
        node = started;
        assertThat(publish("slow", "1", "a").statusCode()).isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> started.engine().functions().stream().anyMatch(function -> function.leased() > 0));

        assertThat(started.stop()).isEqualTo(1);
        assertThat(started.stop()).isZero();
    }

    @Test
    void namesThePortInUseAndTheFlagThatChangesIt() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var port = taken.getLocalPort();

            assertThatThrownBy(() -> Node.start(manifest(MANIFEST), new Settings("127.0.0.1", port, 0, Duration.ZERO)))
                    .isInstanceOfSatisfying(
                            NodeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.FAILURE))
                    .hasMessageStartingWith(
                            "port " + port + " of 127.0.0.1 is in use: set another with --port or SLUICE_PORT");
            assertThatThrownBy(() -> Node.start(manifest(MANIFEST), new Settings("127.0.0.1", 0, port, Duration.ZERO)))
                    .hasMessageContaining("--admin-port or SLUICE_ADMIN_PORT");
        }
    }

    @Test
    void namesAHostThatIsNotThisMachines() {
        assertThatThrownBy(() -> Node.start(manifest(MANIFEST), new Settings("192.0.2.1", 0, 0, Duration.ZERO)))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("host '192.0.2.1' is not an address of this machine: set another with --host");
    }

    @Test
    void namesEveryFunctionWhoseCodeCannotBeUsedWithItsPlace() throws Exception {
        Files.writeString(folder.resolve("no.jar"), "this is no jar");
        var text = """
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: missing}
                spec: {handler: com.acme.Missing}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: unzipped}
                spec: {handler: com.acme.Price, artifact: no.jar}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: text}
                spec: {handler: java.lang.StringBuilder}
                """;

        assertThatThrownBy(() -> Node.start(manifest(text), FREE_PORTS))
                .isInstanceOfSatisfying(NodeException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID);
                    assertThat(String.valueOf(e.getMessage()).lines())
                            .satisfiesExactly(
                                    line -> assertThat(line)
                                            .contains("sluice.yaml:4:17: spec.handler: 'com.acme.Missing'"),
                                    line -> assertThat(line)
                                            .contains("sluice.yaml:9:17: ")
                                            .contains("no.jar"),
                                    line -> assertThat(line)
                                            .contains("sluice.yaml:14:17: spec.handler: 'java.lang.StringBuilder'"));
                });
    }

    @Test
    void refusesADeadLetterTopicThatIsTooSmallForItsEvents() throws Exception {
        var broker = """
                ---
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec: {memory: {event-bytes-max: 1MiB}}
                """;

        assertThatThrownBy(() -> Node.start(manifest(MANIFEST + broker), FREE_PORTS))
                .hasMessageContaining("takes events of 1048576 bytes, but a dead letter may have 1052672");
    }

    private Node start() throws Exception {
        node = Node.start(manifest(MANIFEST), FREE_PORTS);
        return node;
    }

    private Manifest manifest(String text) throws Exception {
        return Manifest.read(
                List.of(Files.writeString(folder.resolve("sluice.yaml"), text.replace("@until@", until().toString()))));
    }

    private Path until() {
        return folder.resolve("go-on");
    }

    private HttpResponse<String> publish(String topic, String id, String type) throws Exception {
        return post("/topics/" + topic, id, type);
    }

    private HttpResponse<String> post(String path, String id, String type) throws Exception {
        return client.send(request(path, id, type), BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String id, String type) {
        return HttpRequest.newBuilder(URI.create(node.ingressUrl() + path))
                .timeout(PATIENCE)
                .header("ce-specversion", "1.0")
                .header("ce-id", id)
                .header("ce-source", "/test")
                .header("ce-type", type)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{}"))
                .build();
    }

    private JsonNode admin(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(node.adminUrl() + path))
                .timeout(PATIENCE)
                .build();
        return json.readTree(client.send(request, BodyHandlers.ofString()).body());
    }

    private long events(String topic) throws Exception {
        var sum = 0L;
        for (var partition : admin("/admin/v1/topics/" + topic).path("partitions")) {
            sum += partition.path("end").asLong() - partition.path("start").asLong();
        }
        return sum;
    }
}
