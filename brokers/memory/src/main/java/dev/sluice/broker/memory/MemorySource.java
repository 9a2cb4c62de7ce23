package dev.sluice.broker.memory;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Subscription;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** One member's reading, over any number of subscriptions one after another; a paused partition stays so. */
final class MemorySource implements EventSource {
    private final MemoryBroker broker;
    private final Subscription subscription;
    private final AtomicIntegerArray paused;
    private final AtomicReference<@Nullable MemoryMember> member = new AtomicReference<>();
    private final Sinks.Many<Revocation> revocations =
            Sinks.unsafe().many().multicast().directBestEffort();

    MemorySource(MemoryBroker broker, Subscription subscription) {
        this.broker = broker;
        this.subscription = subscription;
        this.paused = new AtomicIntegerArray(broker.limits().partitions());
    }

    Subscription subscription() {
        return subscription;
    }

    @Override
    public Flux<Delivery> receive() {
        return new FluxReceive(broker, this);
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    /** Called by the member's serialised loop. */
    void signal(MemoryRevocation revocation) {
        if (revocations.tryEmitNext(revocation).isFailure()) {
            revocation.done();
        }
        revocation.limitWait();
    }

    @Override
    public void pause(int partition) {
        paused.set(requirePartition(partition), 1);
    }

    @Override
    public void resume(int partition) {
        paused.set(requirePartition(partition), 0);
        var reading = member.get();
        if (reading != null) {
            reading.wake();
        }
    }

    boolean isPaused(int partition) {
        return paused.get(partition) != 0;
    }

    private int requirePartition(int partition) {
        if (partition < 0 || partition >= paused.length()) {
            throw new IllegalArgumentException("topic '" + subscription.topic() + "' has partitions 0 to "
                    + (paused.length() - 1) + ", not " + partition);
        }
        return partition;
    }

    @Override
    public Lag lag() {
        var reading = member.get();
        var group = reading == null ? null : reading.group();
        return reading == null || group == null
                ? new Lag(subscription.topic(), subscription.group(), List.of())
                : group.lag(reading);
    }

    /** Makes it the one subscription; false when there is one. */
    boolean enter(MemoryMember entering) {
        return member.compareAndSet(null, entering);
    }

    void left(MemoryMember leaving) {
        member.compareAndSet(leaving, null);
    }
}
