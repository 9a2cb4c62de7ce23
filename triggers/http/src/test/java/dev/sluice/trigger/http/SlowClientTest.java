package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlowClientTest {
    private static final int DRIPS = 100;
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);
    private Ingress ingress;

    @AfterEach
    void close() {
        ingress.close();
    }

    private RawClient clientOf(Duration read, Duration request, Duration idle) {
        ingress = new Ingress(limits -> limits.withTimeouts(read, request, idle));
        ingress.topic("orders");
        return ingress.raw();
    }

    @Test
    void closesAConnectionThatSendsNothing() {
        try (var client = clientOf(LONG, LONG, SHORT)) {
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void closesAConnectionThatStaysIdleAfterAnAnswer() {
        try (var client = clientOf(LONG, LONG, SHORT)) {
            client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void closesAConnectionWhoseHeadersStop() {
        try (var client = clientOf(SHORT, LONG, LONG)) {
            client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void closesAConnectionWhoseBodyStops() {
        try (var client = clientOf(SHORT, LONG, LONG)) {
            client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void closesAConnectionThatDripsItsRequestPastTheRequestTimeout() {
        try (var client = clientOf(LONG, SHORT, LONG)) {
            var dripping = new Thread(() -> {
                try {
                    client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\n");
                    while (!Thread.currentThread().isInterrupted()) {
                        client.send("a");
                        Thread.sleep(20);
                    }
                } catch (InterruptedException | java.io.UncheckedIOException e) {
                    // The server has closed, or the test is over.
                }
            });
            dripping.start();
            try {
                assertThat(client.readUntil("408")).startsWith("HTTP/1.1 408");
            } finally {
                dripping.interrupt();
            }
        }
    }

    /** Of the heap, the sockets of the clients included, and of Netty's buffers. */
    @Test
    void connectionsThatDripCostLittleMemory() {
        var drips = new ArrayList<RawClient>();
        try (var first = clientOf(LONG, LONG, LONG)) {
            served(List.of(first));
            var before = usedBytes();
            for (var i = 0; i < DRIPS; i++) {
                drips.add(ingress.raw());
            }
            served(drips);

            assertThat((usedBytes() - before) / DRIPS).isLessThan(32 << 10);
        } finally {
            drips.forEach(RawClient::close);
        }
    }

    /** Each is answered once, and then does not get on. */
    private static void served(List<RawClient> clients) {
        clients.forEach(client -> client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n"));
        clients.forEach(client -> client.readUntil("}"));
        clients.forEach(client -> client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nce-id: a"));
    }

    private static long usedBytes() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory()
                - runtime.freeMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @Test
    void leavesAConnectionAloneWhoseAnswerTakesItsTime() {
        try (var client = clientOf(SHORT, SHORT, SHORT)) {
            var slow = ingress.function("slow").running(call -> reactor.core.publisher.Mono.delay(SHORT.multipliedBy(3))
                    .then(call.accept())
                    .subscribe());
            client.send("POST /functions/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204");
            assertThat(slow.calls).hasSize(1);
        }
    }
}
