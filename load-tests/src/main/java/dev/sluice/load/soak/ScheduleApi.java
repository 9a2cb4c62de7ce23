package dev.sluice.load.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What an engine says of its schedules. */
final class ScheduleApi {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private ScheduleApi() {}

    /** How many schedules the engine fires, by its metrics, which ask no broker. */
    static int owned(EngineProcess engine) throws IOException, InterruptedException {
        return text(engine, "/metrics")
                .lines()
                .filter(line -> line.startsWith("sluice_schedules{"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    static JsonNode get(EngineProcess engine, String path) throws IOException, InterruptedException {
        return JSON.readTree(text(engine, path));
    }

    private static String text(EngineProcess engine, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(engine.admin() + path))
                .timeout(ANSWER_MAX)
                .build();
        return CLIENT.send(request, BodyHandlers.ofString()).body();
    }
}
