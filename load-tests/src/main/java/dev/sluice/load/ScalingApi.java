package dev.sluice.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Predicate;

/** How one function of an engine scales, by the engine's admin API. */
final class ScalingApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final int LOOK_MILLIS = 10;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String function;

    ScalingApi(URI admin, String function) {
        this.function = admin + "/admin/v1/functions/" + function;
    }

    /** The flat figures as they are now. */
    JsonNode scaling() throws IOException, InterruptedException {
        return ask(HttpRequest.newBuilder(URI.create(function + "/scaling")));
    }

    /** Sets a number of instances, or {@code auto}. */
    void scale(String instances) throws IOException, InterruptedException {
        ask(HttpRequest.newBuilder(URI.create(function + "/scale"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"instances\": \"" + instances + "\"}")));
    }

    /** Waits until the figures are as wanted; fails when that takes too long. */
    void await(String what, Duration max, Predicate<JsonNode> wanted) throws IOException, InterruptedException {
        var end = System.nanoTime() + max.toNanos();
        var last = scaling();
        while (!wanted.test(last)) {
            if (System.nanoTime() > end) {
                throw new BenchException(what + " did not happen within " + max.toSeconds() + " s: " + last);
            }
            Thread.sleep(LOOK_MILLIS);
            last = scaling();
        }
    }

    private JsonNode ask(HttpRequest.Builder builder) throws IOException, InterruptedException {
        var request = builder.timeout(ANSWER_MAX).build();
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new BenchException(request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
