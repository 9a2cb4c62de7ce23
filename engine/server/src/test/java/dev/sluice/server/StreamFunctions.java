package dev.sluice.server;

import dev.sluice.function.FunctionException;
import dev.sluice.function.Received;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Functions of several events, for tests that need a whole node. */
public final class StreamFunctions {
    private StreamFunctions() {}

    /** Says of each window how many events it had, and which was the first. */
    public static final class Counts implements Function<Flux<CloudEvent>, Mono<Map<String, Object>>> {
        @Override
        public Mono<Map<String, Object>> apply(Flux<CloudEvent> window) {
            return window.map(CloudEvent::getId)
                    .collectList()
                    .map(ids -> Map.of("events", ids.size(), "first", ids.get(0)));
        }
    }

    /** Answers with what it receives; rejects the type {@code bad}, and keeps the type {@code kept} open. */
    public static final class Relay implements Function<Flux<Received<CloudEvent>>, Flux<CloudEvent>> {
        /** Streams that run. */
        static final AtomicInteger RUNNING = new AtomicInteger();
        /** What is kept open. */
        static final List<Received<CloudEvent>> KEPT = new CopyOnWriteArrayList<>();

        @Override
        public Flux<CloudEvent> apply(Flux<Received<CloudEvent>> events) {
            return events.concatMap(Relay::answered)
                    .doOnSubscribe(running -> RUNNING.incrementAndGet())
                    .doFinally(ended -> RUNNING.decrementAndGet());
        }

        private static Publisher<CloudEvent> answered(Received<CloudEvent> event) {
            return switch (event.event().getType()) {
                case "bad" -> Mono.fromRunnable(() -> event.reject(new FunctionException.Rejected("bad event")));
                case "kept" -> Mono.fromRunnable(() -> KEPT.add(event));
                default -> Flux.just(event.answer(event.event())).concatWith(Mono.fromRunnable(event::accept));
            };
        }
    }
}
