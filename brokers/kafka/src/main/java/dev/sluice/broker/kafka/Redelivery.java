package dev.sluice.broker.kafka;

import io.cloudevents.CloudEvent;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Lends a record once more that was released. What was lent before is void. */
final class Redelivery implements Lent {
    final KafkaDelivery first;
    private final int triesBefore;
    private final AtomicBoolean settled = new AtomicBoolean();

    Redelivery(KafkaDelivery first) {
        this.first = first;
        this.triesBefore = first.tries();
    }

    @Override
    public CloudEvent event() {
        return first.event();
    }

    @Override
    public @Nullable String key() {
        return first.key();
    }

    @Override
    public int partition() {
        return first.partition();
    }

    @Override
    public long offset() {
        return first.offset();
    }

    @Override
    public int sizeBytes() {
        return first.sizeBytes();
    }

    @Override
    public int triesBefore() {
        return triesBefore;
    }

    @Override
    public void triesBegun(int begun) {
        first.triesBegun(begun);
    }

    @Override
    public Mono<Void> accept() {
        return new MonoAccept(this);
    }

    @Override
    public void acceptNow() {
        if (settled.compareAndSet(false, true)) {
            first.reading.done(first);
        }
    }

    @Override
    public void release() {
        if (settled.compareAndSet(false, true)) {
            first.reading.giveBack(first);
        }
    }

    @Override
    public String toString() {
        return first + " again";
    }
}
