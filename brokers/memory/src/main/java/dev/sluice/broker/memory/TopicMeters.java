package dev.sluice.broker.memory;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongFunction;

/** A topic's meters. What the topic counts anyway is read when asked for, under its lock. */
final class TopicMeters {
    final Counter refusedSize;
    final Counter refusedWaiting;
    final Counter refusedDeadline;
    private final MeterRegistry registry;
    private final MemoryTopic topic;
    private final Tags tags;
    private final Queue<Meter> registered = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    TopicMeters(MemoryBroker broker, MemoryTopic topic) {
        this.registry = broker.registry();
        this.topic = topic;
        this.tags = Tags.of("broker", broker.name(), "topic", topic.name);
        gauge(MemoryMeters.EVENTS, t -> t.room.log.events());
        gauge(MemoryMeters.BYTES, t -> t.room.log.bytes());
        gauge(MemoryMeters.WAITING, t -> t.room.waiting.size());
        counter(MemoryMeters.PUBLISHED, tags, t -> t.room.published());
        counter(MemoryMeters.EVICTED, tags.and("state", "done"), t -> t.room.evictedDone());
        counter(MemoryMeters.EVICTED, tags.and("state", "unread"), t -> t.room.evictedUnread());
        refusedSize = refused("size");
        refusedWaiting = refused("waiting");
        refusedDeadline = refused("deadline");
    }

    /** Adds a group's meters. Not under the topic's lock: a registry has its own. */
    void add(MemoryGroup group) {
        var ofGroup = tags.and("group", group.name);
        counter(MemoryMeters.DELIVERED, ofGroup, t -> group.delivered());
        counter(MemoryMeters.ACCEPTED, ofGroup, t -> group.accepted());
        counter(MemoryMeters.RELEASED, ofGroup, t -> group.released());
        if (closed) {
            close(); // it was closed while these were registered
        }
    }

    void close() {
        closed = true;
        for (var meter = registered.poll(); meter != null; meter = registered.poll()) {
            registry.remove(meter);
        }
    }

    private void gauge(MemoryMeters meter, ToLongFunction<MemoryTopic> value) {
        registered.add(Gauge.builder(meter.id, topic, t -> t.read(value))
                .tags(tags)
                .baseUnit(meter.unit)
                .description(meter.description)
                .register(registry));
    }

    private void counter(MemoryMeters meter, Tags of, ToLongFunction<MemoryTopic> value) {
        registered.add(FunctionCounter.builder(meter.id, topic, t -> t.read(value))
                .tags(of)
                .baseUnit(meter.unit)
                .description(meter.description)
                .register(registry));
    }

    private Counter refused(String reason) {
        var counter = Counter.builder(MemoryMeters.REFUSED.id)
                .tags(tags.and("reason", reason))
                .baseUnit(MemoryMeters.REFUSED.unit)
                .description(MemoryMeters.REFUSED.description)
                .register(registry);
        registered.add(counter);
        return counter;
    }
}
