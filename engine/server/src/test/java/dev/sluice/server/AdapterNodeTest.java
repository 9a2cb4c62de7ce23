package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.server.manifest.Manifest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of GitHub and notifications of S3 from the socket to a function. */
@Timeout(30)
class AdapterNodeTest {
    private static final Settings FREE_PORTS = new Settings("127.0.0.1", 0, 0, Duration.ofSeconds(10));
    private static final String SECRET = "canary-7c1d";
    private static final String MANIFEST = """
            {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: forward}, spec: {handler: dev.sluice.server.TestFunctions$Forward}}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: pushes}
            spec:
              http: {path: /github, mode: accept, adapter: {github: {secret: "${HOOK_SECRET}"}}}
              function: forward
              answers: {topic: pushed}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: ask}
            spec: {http: {path: /ask, adapter: {github: {secret: "${HOOK_SECRET}"}}}, function: forward}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: uploads}
            spec:
              http: {path: /s3, mode: accept, adapter: s3}
              filters: [{prefix: {type: com.amazonaws.s3.ObjectCreated}}]
              function: forward
              answers: {topic: uploaded}
            """;
    private static final String PUSH = """
            {"ref": "refs/heads/main", "before": "6113728f", "after": "00000000", "commits": [],
             "repository": {"id": 186853002, "name": "shop", "url": "https://github.com/acme/shop"},
             "pusher": {"name": "ada"}, "sender": {"login": "ada", "url": "https://api.github.com/users/ada"}}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private Node node;
    private NodeClient seen;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        var file = Files.writeString(folder.resolve("sluice.yaml"), MANIFEST);
        node = Node.start(Manifest.read(List.of(file), Map.of("HOOK_SECRET", SECRET), null), FREE_PORTS);
        seen = new NodeClient(node);
    }

    @AfterEach
    void stop() {
        node.stop();
    }

    @Test
    void runsAFunctionOnASignedPush() throws Exception {
        assertThat(push("/github", signature(PUSH, SECRET)).statusCode()).isEqualTo(202);
        assertThat(push("/github", signature(PUSH, "another")).statusCode()).isEqualTo(401);

        await().untilAsserted(() -> assertThat(seen.events("pushed")).isEqualTo(1));
        assertThat(seen.events("pushes.events")).isEqualTo(1);
    }

    @Test
    void answersAWebhookWithTheFunctionsAnswer() throws Exception {
        var answer = push("/ask", signature(PUSH, SECRET));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("ce-type")).hasValue("com.github.push.done");
        assertThat(answer.headers().firstValue("ce-id")).hasValue("72d3162e-cc78-11e3-81ab-4c9367dc0958");
        assertThat(answer.headers().firstValue("ce-source")).hasValue("https://github.com/acme/shop");
        assertThat(answer.headers().firstValue("ce-subject")).hasValue("refs/heads/main");
        assertThat(answer.body()).isEqualTo(PUSH);
        assertThat(push("/ask", "sha256=").statusCode()).isEqualTo(401);
    }

    @Test
    void storesEachRecordOfANotification() throws Exception {
        var body = "{\"Records\":[" + record("ObjectCreated:Put", "a.csv") + "," + record("ObjectCreated:Copy", "b.csv")
                + "," + record("ObjectRemoved:Delete", "c.csv") + "]}";

        assertThat(post("/s3", body).statusCode()).isEqualTo(202);
        assertThat(seen.events("uploads.events")).isEqualTo(3);
        await().untilAsserted(() -> assertThat(seen.events("uploaded")).isEqualTo(2));
        assertThat(seen.trigger("uploads").path("filtered").asInt()).isEqualTo(1);
    }

    @Test
    void showsTheSecretNowhere() throws Exception {
        push("/github", signature(PUSH, "another"));

        for (var path : List.of("/admin/v1/triggers", "/admin/v1/triggers/pushes", "/admin/v1/functions", "/metrics")) {
            assertThat(seen.text(path)).as(path).isNotEmpty().doesNotContain(SECRET);
        }
    }

    private HttpResponse<String> push(String path, String signature) throws Exception {
        return post(
                path,
                PUSH,
                "Content-Type",
                "application/json",
                "X-GitHub-Event",
                "push",
                "X-GitHub-Delivery",
                "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "X-Hub-Signature-256",
                signature);
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(node.ingressUrl() + path)).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String record(String event, String key) {
        return "{\"eventSource\":\"aws:s3\",\"awsRegion\":\"eu-central-1\",\"eventTime\":\"2026-11-20T09:00:00.000Z\","
                + "\"eventName\":\"" + event
                + "\",\"responseElements\":{\"x-amz-request-id\":\"R1\",\"x-amz-id-2\":\"z\"},"
                + "\"s3\":{\"bucket\":{\"name\":\"inbox\"},\"object\":{\"key\":\"" + key + "\",\"size\":5}}}";
    }

    private static String signature(String body, String secret) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
