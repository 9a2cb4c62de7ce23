package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Publishes small events to a topic in batches; the id of each says when it was sent. */
final class EventBatches {
    private static final int BATCH_MAX = 500;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI topic;
    private long sent;

    EventBatches(URI ingress, String topic) {
        this.topic = URI.create(ingress + "/topics/" + topic);
    }

    /** Events published so far. */
    long sent() {
        return sent;
    }

    /** Publishes so many events of a type, and returns once all are acknowledged. */
    void publish(long events, String type) throws IOException, InterruptedException {
        for (var left = events; left > 0; left -= BATCH_MAX) {
            batch((int) Math.min(left, BATCH_MAX), type);
        }
    }

    private void batch(int events, String type) throws IOException, InterruptedException {
        var json = new StringBuilder("[");
        var now = micros();
        for (var i = 0; i < events; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"specversion\":\"1.0\",\"source\":\"/bench\",\"type\":\"")
                    .append(type)
                    .append("\",\"id\":\"")
                    .append(sent + i)
                    .append('-')
                    .append(now)
                    .append("\",\"data\":{}}");
        }
        var request = HttpRequest.newBuilder(topic)
                .timeout(ANSWER_MAX)
                .header("content-type", "application/cloudevents-batch+json")
                .POST(BodyPublishers.ofString(json.append(']').toString()))
                .build();
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 202) {
            throw new BenchException("a batch was answered with " + answer.statusCode() + ": " + answer.body());
        }
        sent += events;
    }

    /** Microseconds since the epoch, by the clock that processes of one machine share. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
