package dev.sluice.load.soak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Publishes soak events over HTTP, a few at a time and never two of one key. Only what is answered with 202 is told; an
 * event without an answer is not sent again, since it may be stored.
 */
final class HttpPublisher implements Publisher {
    private static final int THREADS = 16;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final long PAUSE_MILLIS = 50;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_MAX)
            .build();
    private final Supplier<URI> ingress;
    private final String topic;
    private final Load load;
    private final BooleanSupplier mayPublish;
    private final PublicationListener listener;
    private final AtomicLong failed = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** @param ingress where the engine listens now, asked for each event */
    HttpPublisher(
            Supplier<URI> ingress, String topic, Load load, BooleanSupplier mayPublish, PublicationListener listener) {
        this.ingress = ingress;
        this.topic = topic;
        this.load = load;
        this.mayPublish = mayPublish;
        this.listener = listener;
    }

    @Override
    public void start() {
        for (var i = 0; i < THREADS; i++) {
            var first = i;
            var thread = new Thread(() -> publish(first), "http-publisher-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void publish(int first) {
        var seqs = new int[load.keys()];
        try {
            for (var key = first; !stopped; key = key + THREADS < load.keys() ? key + THREADS : first) {
                if (!mayPublish.getAsBoolean() || !post(new SoakEvent(key, seqs[key]++))) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** False when there was no 202. */
    private boolean post(SoakEvent event) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(ingress.get() + "/topics/" + topic))
                .timeout(ANSWER_MAX)
                .header("ce-specversion", "1.0")
                .header("ce-id", event.id())
                .header("ce-source", "/soak")
                .header("ce-type", "com.acme.soak")
                .header("ce-partitionkey", "k" + event.key())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(load.data()))
                .build();
        try {
            if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 202) {
                listener.acknowledged(new Publication(event, -1, -1, System.currentTimeMillis()));
                return true;
            }
        } catch (IOException e) {
            // The engine was killed, or is not there yet.
        }
        failed.incrementAndGet();
        return false;
    }

    @Override
    public long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        stopped = true;
        for (var thread : threads) {
            try {
                thread.join(ANSWER_MAX.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
