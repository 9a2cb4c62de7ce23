package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A topic that notes what it is given and answers as a test says: stored at once unless told otherwise. */
final class FakeSink implements EventSink {
    final List<CloudEvent> events = new CopyOnWriteArrayList<>();
    final AtomicInteger cancelled = new AtomicInteger();
    private final String topic;
    private volatile Function<CloudEvent, Mono<Void>> outcome = event -> Mono.empty();

    FakeSink(String topic) {
        this.topic = topic;
    }

    FakeSink answering(Function<CloudEvent, Mono<Void>> told) {
        outcome = told;
        return this;
    }

    List<String> ids() {
        return events.stream().map(CloudEvent::getId).toList();
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public int sizeMaxBytes() {
        return 1 << 20;
    }

    @Override
    public Mono<Void> publish(CloudEvent event, @Nullable String key) {
        return Mono.defer(() -> {
            events.add(event);
            return outcome.apply(event).doOnCancel(cancelled::incrementAndGet);
        });
    }
}
