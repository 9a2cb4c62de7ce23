package dev.sluice.server;

import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Functions for tests that need a whole node. */
public final class TestFunctions {
    private TestFunctions() {}

    /** Answers with its input, one type further; refuses the type {@code bad}. */
    public static final class Forward implements Function<CloudEvent, Mono<CloudEvent>> {
        @Override
        public Mono<CloudEvent> apply(CloudEvent event) {
            if (event.getType().equals("bad")) {
                return Mono.error(new FunctionException.Rejected("bad event"));
            }
            return Mono.just(CloudEventBuilder.from(event)
                    .withType(event.getType() + ".done")
                    .build());
        }
    }

    /** Takes a second for each event. */
    public static final class Slow implements Function<CloudEvent, Mono<CloudEvent>> {
        @Override
        public Mono<CloudEvent> apply(CloudEvent event) {
            return Mono.just(event).delayElement(Duration.ofSeconds(1));
        }
    }
}
