package dev.sluice.server;

import dev.sluice.server.manifest.Manifest;
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
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A node on free ports that is asked as Knative's conformance tests ask a broker: over HTTP. */
final class KnativeNode implements AutoCloseable {
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(2));

    private final HttpClient client = HttpClient.newHttpClient();
    private final Node node;
    private final NodeClient seen;

    /** Starts what the manifest says. */
    KnativeNode(Path folder, String manifest) throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), manifest);
        node = Node.start(Manifest.read(List.of(file)), FREE_PORTS);
        seen = new NodeClient(node);
    }

    /** A function that is a {@link Recorder}, whose log has its name; more configuration behind it. */
    static String recorder(String name, String... config) {
        var more = config.length == 0 ? "" : ", " + String.join(", ", config);
        return """
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: %s}
                spec: {handler: dev.sluice.server.Recorder, timeout: 10s, config: {log: %s%s}}
                """.formatted(name, name, more);
    }

    /** A trigger of a topic; more keys of its {@code spec} behind it. */
    static String trigger(String name, String topic, String function, String... spec) {
        var more = spec.length == 0 ? "" : ", " + String.join(", ", spec);
        return """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: %s}
                spec: {topic: %s, function: %s%s}
                """.formatted(name, topic, function, more);
    }

    String url() {
        return node.ingressUrl();
    }

    NodeClient seen() {
        return seen;
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(10));
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(15))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Publishes an event in binary mode. */
    int publish(String topic, String id, String type, String... headers) throws Exception {
        var all = new String[8 + headers.length];
        System.arraycopy(
                new String[] {"ce-specversion", "1.0", "ce-source", "/test", "ce-id", id, "ce-type", type},
                0,
                all,
                0,
                8);
        System.arraycopy(headers, 0, all, 8, headers.length);
        return send("POST", "/topics/" + topic, "", all).statusCode();
    }

    @Override
    public void close() {
        node.stop();
    }
}
