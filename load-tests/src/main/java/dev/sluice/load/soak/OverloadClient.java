package dev.sluice.load.soak;

import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * Posts events at planned times, whatever becomes of those before them: an open loop. It waits for at most {@link
 * #OUTSTANDING_MAX} answers; what were to be sent beyond that is not.
 */
final class OverloadClient implements AutoCloseable {
    static final int OUTSTANDING_MAX = 2_000;

    private static final Duration ANSWER_MAX = Duration.ofSeconds(35);
    /** Well before the engine closes a connection that is idle. */
    private static final Duration IDLE_MAX = Duration.ofSeconds(20);

    private static final byte[] DATA = "x".repeat(1_000).getBytes(StandardCharsets.US_ASCII);

    private final ConnectionProvider connections = ConnectionProvider.builder("overload")
            .maxConnections(OUTSTANDING_MAX)
            .pendingAcquireMaxCount(OUTSTANDING_MAX)
            .maxIdleTime(IDLE_MAX)
            .build();
    private final HttpClient client;
    private final AtomicInteger outstanding = new AtomicInteger();

    OverloadClient(URI ingress) {
        client = HttpClient.create(connections)
                .disableRetry(true)
                .baseUrl(ingress.toString())
                .headers(headers -> headers.set("ce-specversion", "1.0")
                        .set("ce-source", "/soak")
                        .set("ce-type", "com.acme.soak")
                        .set("content-type", "text/plain"));
    }

    /** Sends all of a phase, and returns when its time is over; answers may come later. */
    void play(OverloadPhase phase, String path) {
        var began = System.nanoTime();
        for (var request = 0; request < phase.size(); request++) {
            var due = began + phase.dueNanos(request);
            for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (outstanding.incrementAndGet() > OUTSTANDING_MAX) {
                outstanding.decrementAndGet();
                phase.answered(request, OverloadPhase.UNSENT, true, 0);
            } else {
                phase.sent(System.nanoTime() - due);
                send(phase, request, path, due);
            }
        }
    }

    private void send(OverloadPhase phase, int request, String path, long due) {
        var unused = client.headers(
                        headers -> headers.set("ce-id", phase.event(request).id()))
                .post()
                .uri(path)
                .send((to, out) -> out.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(DATA))))
                .responseSingle((response, body) -> body.asByteArray().thenReturn(response))
                .timeout(ANSWER_MAX)
                .doFinally(end -> outstanding.decrementAndGet())
                .subscribe(
                        response -> answered(phase, request, response, due),
                        failed -> phase.answered(request, OverloadPhase.UNANSWERED, true, System.nanoTime() - due));
    }

    private static void answered(OverloadPhase phase, int request, HttpClientResponse response, long due) {
        var retryAfter = response.responseHeaders().contains("retry-after");
        phase.answered(request, response.status().code(), retryAfter, System.nanoTime() - due);
    }

    /** Waits until all that was sent is answered. */
    void awaitAnswers() throws InterruptedException {
        var end = System.nanoTime() + 2 * ANSWER_MAX.toNanos();
        while (outstanding.get() > 0) {
            if (System.nanoTime() > end) {
                throw new SoakException(outstanding.get() + " requests have no answer");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() {
        connections.dispose();
    }
}
