package dev.sluice.broker.memory;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A memory broker in virtual time. All it does, it does on the test's thread and at once. */
final class MemoryFixture {
    /** What an event of {@link #event} without data counts for. */
    static final int EVENT_BYTES = sizeOf(event("00", "k", 0));

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final MemoryBroker broker;

    MemoryFixture(MemoryLimits limits) {
        broker = MemoryBroker.create("memory", limits, time, () -> time.now(TimeUnit.NANOSECONDS), registry);
    }

    /** One partition, so many events per topic, two waiting sends, and bytes enough. */
    static MemoryLimits limits(long topicEventsMax) {
        return new MemoryLimits(1, 10, topicEventsMax, 10_000_000, 10_000_000, 2, Duration.ofSeconds(30), 1_000_000);
    }

    /** One partition, so many bytes per broker and topic, a hundred waiting sends. */
    static MemoryLimits bytes(long bytesMax) {
        return new MemoryLimits(
                1, 10, 1_000_000, bytesMax, bytesMax, 100, Duration.ofSeconds(30), (int) bytesMax - 400);
    }

    static WireEvent event(String id, @Nullable String key, int dataBytes) {
        return WireEvent.builder()
                .id(id)
                .source("/memory")
                .type("t")
                .extension("partitionkey", key)
                .data("application/octet-stream", new byte[dataBytes])
                .build();
    }

    static int sizeOf(WireEvent event) {
        return event.sizeBytes() + MemoryLimits.EVENT_OVERHEAD;
    }

    /** A send and what became of it: null while it waits, "stored", or the error. */
    static final class Send {
        volatile @Nullable Object outcome;
        private @Nullable Disposable subscription;

        void cancel() {
            if (subscription != null) {
                subscription.dispose();
            }
        }
    }

    Send send(String topic, String id) {
        return send(topic, event(id, "k", 0));
    }

    Send send(String topic, WireEvent event) {
        var send = new Send();
        send.subscription = broker.sink(topic)
                .publish(event, null)
                .subscribe(nothing -> {}, error -> send.outcome = error, () -> send.outcome = "stored");
        return send;
    }

    void sendAll(String topic, String... ids) {
        for (var id : ids) {
            send(topic, id);
        }
    }

    /** A member that reads with the demand it is given. */
    static final class Reader extends BaseSubscriber<Delivery> {
        final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
        volatile @Nullable Throwable failure;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            // Demand comes with the test.
        }

        @Override
        protected void hookOnNext(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        protected void hookOnError(Throwable error) {
            failure = error;
        }

        Reader requesting(long n) {
            request(n);
            return this;
        }

        List<String> ids() {
            return deliveries.stream().map(delivery -> delivery.event().getId()).toList();
        }

        void accept(int index) {
            deliveries.get(index).accept().block();
        }

        void acceptAll() {
            deliveries.forEach(delivery -> delivery.accept().block());
        }
    }

    EventSource source(String topic, String group) {
        return broker.source(new Subscription(topic, group, Start.EARLIEST));
    }

    Reader join(String topic, String group) {
        var reader = new Reader();
        source(topic, group).receive().subscribe(reader);
        return reader;
    }

    TopicStatus status(String topic) {
        return broker.topics().blockOptional().orElseThrow().stream()
                .filter(status -> status.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    /** The ids in the topic's partition 0, read without a group. */
    List<String> held(String topic) {
        var ids = new CopyOnWriteArrayList<String>();
        broker.tail(topic, Map.of(0, -1L))
                .subscribe(seen -> ids.add(seen.event().getId()))
                .dispose();
        return ids;
    }

    double meter(String name, String... tags) {
        return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }
}
