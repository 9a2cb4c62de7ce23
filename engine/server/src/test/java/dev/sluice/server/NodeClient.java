package dev.sluice.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a node's users see of it: its ingress and its admin API. */
final class NodeClient {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String ingress;
    private final String admin;

    NodeClient(Node node) {
        this(node.ingressUrl(), node.adminUrl());
    }

    NodeClient(String ingress, String admin) {
        this.ingress = ingress;
        this.admin = admin;
    }

    HttpResponse<String> publish(String topic, String id, String type) throws IOException, InterruptedException {
        return event(ingress + "/topics/" + topic, id, type);
    }

    /** Publishes so many events at once, each with a key of its own. */
    HttpResponse<String> publishKeyed(String topic, int events) throws IOException, InterruptedException {
        var batch = JSON.createArrayNode();
        for (var i = 0; i < events; i++) {
            batch.addObject()
                    .put("specversion", "1.0")
                    .put("id", String.valueOf(i))
                    .put("source", "/test")
                    .put("type", "a")
                    .put("partitionkey", "key-" + i);
        }
        return send(HttpRequest.newBuilder(URI.create(ingress + "/topics/" + topic))
                .header("content-type", "application/cloudevents-batch+json")
                .POST(BodyPublishers.ofString(batch.toString())));
    }

    private HttpResponse<String> event(String url, String id, String type) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("ce-specversion", "1.0")
                .header("ce-id", id)
                .header("ce-source", "/test")
                .header("ce-type", type)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{}")));
    }

    HttpResponse<String> call(String function, String id, String type) throws IOException, InterruptedException {
        return event(ingress + "/functions/" + function, id, type);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(text(path));
    }

    String text(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(admin + path))).body();
    }

    HttpResponse<String> reset(String trigger, String json) throws IOException, InterruptedException {
        return change("/admin/v1/triggers/" + trigger + "/reset", json);
    }

    HttpResponse<String> scale(String function, String json) throws IOException, InterruptedException {
        return change("/admin/v1/functions/" + function + "/scale", json);
    }

    int adminPort() {
        return URI.create(admin).getPort();
    }

    HttpResponse<String> change(String path, String json) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(admin + path))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    /** Why it is not ready; empty when it is. */
    List<String> reasons() throws IOException, InterruptedException {
        var reasons = new ArrayList<String>();
        get("/health/ready").path("reasons").forEach(reason -> reasons.add(reason.asText()));
        return reasons;
    }

    JsonNode trigger(String name) throws IOException, InterruptedException {
        return get("/admin/v1/triggers/" + name);
    }

    /** Events that the topic has got so far. */
    long events(String topic) throws IOException, InterruptedException {
        var sum = 0L;
        for (var partition : get("/admin/v1/topics/" + topic).path("partitions")) {
            sum += partition.path("end").asLong();
        }
        return sum;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
    }
}
