package dev.sluice.server;

import io.cloudevents.CloudEvent;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * A function that answers with what it is given: it brings the events of one topic to another. Manifests make one for a
 * KafkaSource whose sink is a topic.
 */
public final class Forward implements Function<CloudEvent, Mono<CloudEvent>> {
    /** For the engine, which makes its instances. */
    public Forward() {}

    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        return Mono.just(event);
    }
}
