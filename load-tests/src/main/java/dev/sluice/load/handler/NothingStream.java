package dev.sluice.load.handler;

import dev.sluice.function.Received;
import io.cloudevents.CloudEvent;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Accepts what it receives, and nothing else. */
public final class NothingStream implements Function<Flux<Received<CloudEvent>>, Mono<Void>> {
    @Override
    public Mono<Void> apply(Flux<Received<CloudEvent>> events) {
        return events.doOnNext(Received::accept).then();
    }
}
