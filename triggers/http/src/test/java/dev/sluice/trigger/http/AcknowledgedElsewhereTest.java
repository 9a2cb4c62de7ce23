package dev.sluice.trigger.http;

import static dev.sluice.trigger.http.Ingress.binary;
import static dev.sluice.trigger.http.Ingress.structured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.BrokerException;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A broker that tells of stored events on a thread of its own and many at a time, as Kafka's producer does. */
class AcknowledgedElsewhereTest {
    private final Ingress ingress = new Ingress();
    private final ExecutorService io = Executors.newSingleThreadExecutor();
    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();
    private final FakeSink orders = ingress.topic("orders");

    private record Waiting(CloudEvent event, MonoSink<Void> outcome) {
        void settle() {
            if (event.getId().startsWith("full")) {
                outcome.error(new BrokerException.Full("orders", "10 events"));
            } else {
                outcome.success();
            }
        }
    }

    @BeforeEach
    void storeElsewhere() {
        orders.answering(event -> Mono.create(outcome -> waiting.add(new Waiting(event, outcome))));
    }

    @AfterEach
    void close() {
        io.shutdownNow();
        ingress.close();
    }

    /** Waits for as many events and settles them in a row, on the thread that is no connection's. */
    private void settle(int count) throws Exception {
        List<Waiting> burst = new ArrayList<>();
        while (burst.size() < count) {
            Waiting next = waiting.poll(Ingress.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(next).as("event %d of %d", burst.size() + 1, count).isNotNull();
            burst.add(next);
        }
        io.submit(() -> burst.forEach(Waiting::settle)).get(5, TimeUnit.SECONDS);
    }

    private static String request(String id) {
        return "POST /topics/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nce-specversion: 1.0\r\nce-id: " + id
                + "\r\nce-source: /test\r\nce-type: t\r\n\r\n{}";
    }

    private List<RawClient> clients(int count) {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(ingress.raw().send(request("e" + i)));
        }
        return clients;
    }

    @Test
    void answersEveryRequestOfABurstOnce() throws Exception {
        List<RawClient> clients = clients(100);

        settle(100);

        for (RawClient client : clients) {
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202 Accepted");
            // What comes next on the connection is the next answer: the first one was not written twice.
            client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 404 ").doesNotContain("202");
            client.close();
        }
        await().atMost(Ingress.PATIENCE).until(() -> ingress.http.inFlight() == 0);
        assertThat(ingress.registry
                        .get("sluice.http.requests")
                        .tags("route", "publish", "status", "2xx")
                        .timer()
                        .count())
                .isEqualTo(100);
    }

    @Test
    void answersBurstAfterBurstOnTheSameConnections() throws Exception {
        List<RawClient> clients = clients(16);
        for (int round = 0; round < 20; round++) {
            settle(16);
            for (RawClient client : clients) {
                assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202 Accepted");
                client.send(request("r" + round));
            }
        }
        settle(16);
        clients.forEach(RawClient::close);
    }

    @Test
    void keepsTheOrderOfPipelinedRequests() throws Exception {
        try (RawClient client = ingress.raw()) {
            client.send(request("1") + request("full-2") + request("3") + request("full-4") + request("5"));

            for (int i = 0; i < 5; i++) {
                settle(1);
            }

            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.readToEnd().replaceAll("(?s)HTTP/1.1 (\\d+).*?(?=HTTP|$)", "$1 "))
                    .isEqualTo("202 429 202 429 202 400 ");
        }
        assertThat(orders.ids()).containsExactly("1", "full-2", "3", "full-4", "5");
    }

    @Test
    void tellsRefusalsApartWithinABurst() throws Exception {
        try (RawClient refused = ingress.raw().send(request("full"));
                RawClient stored = ingress.raw().send(request("1"))) {
            settle(2);

            assertThat(refused.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 429 ")
                    .containsIgnoringCase("retry-after: 1");
            assertThat(stored.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202 ");
        }
    }

    @Test
    void answersABatchWithAStatusEach() throws Exception {
        var answer = io.submit(() -> ingress.post(
                "/topics/orders",
                "[" + structured("1") + "," + structured("full") + "]",
                "Content-Type",
                "application/cloudevents-batch+json"));

        List<Waiting> both = new ArrayList<>();
        both.add(waiting.poll(5, TimeUnit.SECONDS));
        both.add(waiting.poll(5, TimeUnit.SECONDS));
        Thread settler = new Thread(() -> both.forEach(Waiting::settle));
        settler.start();

        assertThat(answer.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(207);
        assertThat(answer.get().body()).contains("\"id\":\"1\",\"status\":202", "\"id\":\"full\",\"status\":429");
        settler.join(5_000);
    }

    @Test
    void givesBackWhatClientsHeldThatLeftBeforeTheirBurst() throws Exception {
        List<RawClient> clients = clients(40);
        await().atMost(Ingress.PATIENCE).until(() -> waiting.size() == 40);
        for (int i = 0; i < 40; i += 2) {
            clients.get(i).reset();
        }
        await().atMost(Ingress.PATIENCE).until(() -> orders.cancelled.get() == 20);

        settle(40);

        for (int i = 1; i < 40; i += 2) {
            assertThat(clients.get(i).readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202 ");
            clients.get(i).close();
        }
        await().atMost(Ingress.PATIENCE).until(() -> ingress.http.inFlight() == 0);
    }

    /** The client leaves while its answer is on its way from one thread to the other. */
    @Test
    void givesBackWhatClientsHeldThatLeaveDuringTheirBurst() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<RawClient> clients = clients(10);
            await().atMost(Ingress.PATIENCE).until(() -> waiting.size() == 10);
            Thread leaving = new Thread(() -> clients.forEach(RawClient::reset));
            leaving.start();
            settle(10);
            leaving.join(5_000);
        }
        await().atMost(Ingress.PATIENCE).until(() -> ingress.http.inFlight() == 0);

        assertThat(ingress.post("/topics/other", "{}", binary("1")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void answersWhatIsUnderWayWhileDraining() throws Exception {
        try (RawClient client = ingress.raw().send(request("1"))) {
            await().atMost(Ingress.PATIENCE).until(() -> waiting.size() == 1);
            ingress.http.draining(true);

            settle(1);

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 202 ").containsIgnoringCase("connection: close");
        }
    }
}
