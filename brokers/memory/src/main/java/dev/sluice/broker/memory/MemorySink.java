package dev.sluice.broker.memory;

import dev.sluice.broker.EventSink;
import io.cloudevents.CloudEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The way onto a topic, which comes to be with the first publish. */
final class MemorySink implements EventSink {
    private final MemoryBroker broker;
    private final String name;
    private volatile @Nullable MemoryTopic topic;

    MemorySink(MemoryBroker broker, String name) {
        this.broker = broker;
        this.name = name;
    }

    @Override
    public String topic() {
        return name;
    }

    @Override
    public int sizeMaxBytes() {
        return broker.limits().eventBytesMax();
    }

    @Override
    public Mono<Void> publish(CloudEvent event, @Nullable String key) {
        return new MonoPublish(this, Objects.requireNonNull(event, "event"), key);
    }

    MemoryTopic resolve() {
        var known = topic;
        if (known == null) {
            known = broker.topic(name);
            topic = known;
        }
        return known;
    }
}
