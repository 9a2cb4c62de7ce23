package dev.sluice.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks the engine's admin interface whether the groups of a topic have read it to its end. */
final class TopicCheck {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private TopicCheck() {}

    /**
     * Waits until every group has settled all that the topic got; fails when that takes too long, or it got nothing.
     */
    static void awaitRead(URI admin, String topic, Duration max) throws IOException, InterruptedException {
        var client = HttpClient.newHttpClient();
        var request = HttpRequest.newBuilder(URI.create(admin + "/admin/v1/topics/" + topic))
                .timeout(ANSWER_MAX)
                .build();
        var end = System.nanoTime() + max.toNanos();
        var open = openEvents(JSON.readTree(body(client, request)));
        while (open > 0 && System.nanoTime() < end) {
            Thread.sleep(LOOK_EVERY.toMillis());
            open = openEvents(JSON.readTree(body(client, request)));
        }
        if (open > 0) {
            throw new BenchException("topic '" + topic + "' still had " + open + " unread events " + max.toSeconds()
                    + " s after the last round");
        }
    }

    private static String body(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new BenchException(request.uri() + " answered " + response.statusCode());
        }
        return response.body();
    }

    /** Events that a group has not settled, of a topic's status. */
    static long openEvents(JsonNode topic) {
        var groups = topic.path("groups");
        if (groups.isEmpty()) {
            throw new BenchException("topic '" + topic.path("topic").asText() + "' is read by no group");
        }
        var stored = 0L;
        var open = 0L;
        for (var group : groups) {
            for (var partition : group.path("partitions")) {
                stored += partition.path("end").asLong();
                open += partition.path("end").asLong()
                        - partition.path("position").asLong();
            }
        }
        if (stored == 0) {
            throw new BenchException("topic '" + topic.path("topic").asText() + "' got no event");
        }
        return open;
    }
}
