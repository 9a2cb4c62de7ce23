package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A record that counts how it is settled. */
final class FakeDelivery implements Delivery {
    final AtomicInteger accepts = new AtomicInteger();
    final AtomicInteger releases = new AtomicInteger();
    private final int partition;
    private final long offset;
    private volatile Supplier<Mono<Void>> outcome = Mono::empty;

    private final CloudEvent event;

    FakeDelivery(int partition, long offset) {
        this(
                partition,
                offset,
                CloudEventBuilder.v1()
                        .withId(partition + "-" + offset)
                        .withSource(URI.create("/s"))
                        .withType("t")
                        .build());
    }

    FakeDelivery(int partition, long offset, CloudEvent event) {
        this.partition = partition;
        this.offset = offset;
        this.event = event;
    }

    FakeDelivery accepting(Supplier<Mono<Void>> told) {
        outcome = told;
        return this;
    }

    @Override
    public CloudEvent event() {
        return event;
    }

    @Override
    public @Nullable String key() {
        return "key";
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int sizeBytes() {
        return 100;
    }

    @Override
    public Mono<Void> accept() {
        return Mono.defer(() -> {
            accepts.incrementAndGet();
            return outcome.get();
        });
    }

    @Override
    public void release() {
        releases.incrementAndGet();
    }
}
