package dev.sluice.engine;

import dev.sluice.broker.EventSink;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A topic that keeps what is stored on it; it can refuse, or keep its publishers waiting for the acknowledgement. */
final class RecordingSink implements EventSink {
    final List<CloudEvent> stored = new CopyOnWriteArrayList<>();
    private final List<Sinks.One<Void>> unacknowledged = new CopyOnWriteArrayList<>();
    private volatile boolean holding;
    private volatile RuntimeException failure;

    /** Lets publishers wait from now on. */
    RecordingSink hold() {
        holding = true;
        return this;
    }

    /** Acknowledges all that wait, and what comes from now on. */
    void acknowledge() {
        holding = false;
        unacknowledged.forEach(Sinks.One::tryEmitEmpty);
        unacknowledged.clear();
    }

    /** Refuses everything with this; null: works again. */
    RecordingSink failing(RuntimeException with) {
        failure = with;
        return this;
    }

    CloudEvent only() {
        if (stored.size() != 1) {
            throw new AssertionError("exactly one event was expected, there are " + stored);
        }
        return stored.get(0);
    }

    List<String> ids() {
        return stored.stream().map(CloudEvent::getId).toList();
    }

    List<String> texts() {
        return stored.stream().map(Fixtures::text).toList();
    }

    @Override
    public String topic() {
        return "sink";
    }

    @Override
    public int sizeMaxBytes() {
        return 1 << 20;
    }

    @Override
    public Mono<Void> publish(CloudEvent event, String key) {
        return Mono.defer(() -> {
            var refusal = failure;
            if (refusal != null) {
                return Mono.error(refusal);
            }
            stored.add(event);
            if (!holding) {
                return Mono.empty();
            }
            var acknowledgement = Sinks.<Void>one();
            unacknowledged.add(acknowledgement);
            return acknowledgement.asMono();
        });
    }
}
