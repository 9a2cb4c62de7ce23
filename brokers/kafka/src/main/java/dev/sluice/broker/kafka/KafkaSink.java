package dev.sluice.broker.kafka;

import dev.sluice.broker.EventSink;
import io.cloudevents.CloudEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The way onto a topic, which is looked up, or created, with the first publish. A publish never blocks its subscriber's
 * thread and completes on the producer's I/O thread, acknowledgements of a batch one after another.
 */
final class KafkaSink implements EventSink {
    private final SendLane lane;

    KafkaSink(SendLane lane) {
        this.lane = lane;
    }

    @Override
    public String topic() {
        return lane.topic();
    }

    @Override
    public int sizeMaxBytes() {
        return lane.eventBytesMax();
    }

    @Override
    public Mono<Void> publish(CloudEvent event, @Nullable String key) {
        return new MonoSend(lane, Objects.requireNonNull(event, "event"), key);
    }
}
