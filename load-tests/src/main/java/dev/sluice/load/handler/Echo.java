package dev.sluice.load.handler;

import io.cloudevents.CloudEvent;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Answers every event with itself. */
public final class Echo implements Function<CloudEvent, Mono<CloudEvent>> {
    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        return Mono.just(event);
    }
}
