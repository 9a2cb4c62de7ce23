package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/**
 * Topics that share far too few bytes, each fed by an own thread, one of them answered onto another. A wake-up that is
 * lost in the line for bytes, or a topic that is starved, leaves a send waiting for ever.
 */
class MemoryBudgetStressTest {
    private static final int PER_TOPIC = 1_500;
    private static final int DATA_MAX = 3_000;
    private static final int EVENT_MAX = DATA_MAX + MemoryFixture.EVENT_BYTES + 10;
    private static final long BYTES_MAX = 4L * EVENT_MAX;

    private final ConcurrentLinkedQueue<String> breaches = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong mostHeld = new AtomicLong();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void storesEverythingWithinTheLimitWhenTopicsCompeteForBytes(long seed) {
        var limits = new MemoryLimits(2, 10, 1_000, BYTES_MAX, BYTES_MAX, 100, Duration.ofSeconds(60), DATA_MAX + 400);
        var broker = MemoryBroker.create("memory", limits, new SimpleMeterRegistry());
        var threads = Executors.newCachedThreadPool();
        try {
            for (var topic : List.of("a", "b", "in", "out")) {
                read(broker, topic, threads);
            }
            for (var topic : List.of("a", "b", "in", "unread")) {
                threads.execute(() -> feed(broker, topic, new Random(seed + topic.hashCode())));
            }

            Awaitility.await("seed " + seed).atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(breaches).isEmpty();
                assertThat(accepted.get()).isEqualTo(4 * PER_TOPIC);
                assertThat(published(broker, "unread")).isEqualTo(PER_TOPIC);
            });
            assertThat(mostHeld.get()).as("seed " + seed).isLessThanOrEqualTo(BYTES_MAX + 5L * EVENT_MAX);
            assertThat(broker.budget().contended()).as("a line of nobody").isFalse();
        } finally {
            threads.shutdownNow();
            broker.close().block();
        }
        assertThat(broker.budget().lacks((int) BYTES_MAX)).as("bytes leaked").isZero();
    }

    private void read(MemoryBroker broker, String topic, ExecutorService threads) {
        broker.source(new Subscription(topic, "g", Start.EARLIEST))
                .receive()
                .subscribe(
                        delivery -> threads.execute(() -> work(broker, topic, delivery)),
                        error -> breaches.add(topic + ": " + error));
    }

    private void work(MemoryBroker broker, String topic, Delivery delivery) {
        var held = broker.budget().lacks(0) + BYTES_MAX;
        mostHeld.accumulateAndGet(held, Math::max);
        if (topic.equals("in")) {
            broker.sink("out")
                    .publish(delivery.event(), null)
                    .then(delivery.accept())
                    .subscribe(nothing -> {}, error -> breaches.add("answer: " + error), accepted::incrementAndGet);
        } else {
            delivery.accept().subscribe(nothing -> {}, error -> {}, accepted::incrementAndGet);
        }
    }

    private void feed(MemoryBroker broker, String topic, Random random) {
        var sink = broker.sink(topic);
        var events = new ArrayList<WireEvent>();
        for (var i = 0; i < PER_TOPIC; i++) {
            events.add(MemoryFixture.event("e" + i, "key" + i % 10, random.nextInt(DATA_MAX)));
        }
        Flux.fromIterable(events)
                .flatMap(event -> sink.publish(event, null), 16)
                .subscribe(nothing -> {}, error -> breaches.add(topic + ": " + error));
    }

    private static long published(MemoryBroker broker, String topic) {
        return broker.topics().blockOptional().orElseThrow().stream()
                .filter(status -> status.topic().equals(topic))
                .flatMap(status -> status.partitions().stream())
                .mapToLong(partition -> partition.end())
                .sum();
    }
}
