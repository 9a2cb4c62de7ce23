package dev.sluice.load.handler;

import io.cloudevents.CloudEvent;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Takes an event and answers nothing: what is left is the engine's own cost. */
public final class Nothing implements Function<CloudEvent, Mono<CloudEvent>> {
    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        return Mono.empty();
    }
}
