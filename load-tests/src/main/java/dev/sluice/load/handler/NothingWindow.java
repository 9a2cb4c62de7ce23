package dev.sluice.load.handler;

import io.cloudevents.CloudEvent;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads its window, and nothing else. */
public final class NothingWindow implements Function<Flux<CloudEvent>, Mono<Void>> {
    @Override
    public Mono<Void> apply(Flux<CloudEvent> window) {
        return window.then();
    }
}
