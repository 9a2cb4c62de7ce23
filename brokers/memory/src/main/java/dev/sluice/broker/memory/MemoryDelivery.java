package dev.sluice.broker.memory;

import dev.sluice.broker.Delivery;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** An event lent to a member. It is void once settled, or once its partition was given back in a later epoch. */
final class MemoryDelivery implements Delivery {
    final MemoryGroup group;
    final MemoryShare share;
    final int epoch;
    private final LogEvent stored;
    private final long offset;
    /** Guarded by the topic's lock. */
    boolean settled;

    MemoryDelivery(MemoryGroup group, MemoryShare share, LogEvent stored, long offset) {
        this.group = group;
        this.share = share;
        this.epoch = share.epoch;
        this.stored = stored;
        this.offset = offset;
    }

    @Override
    public CloudEvent event() {
        return stored.event;
    }

    @Override
    public @Nullable String key() {
        return stored.key;
    }

    @Override
    public int partition() {
        return stored.partition;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int sizeBytes() {
        return stored.sizeBytes;
    }

    @Override
    public Mono<Void> accept() {
        return new MonoAccept(this);
    }

    @Override
    public void release() {
        group.settle(this, false);
    }

    @Override
    public String toString() {
        return group + " " + stored.partition + "@" + offset;
    }
}
