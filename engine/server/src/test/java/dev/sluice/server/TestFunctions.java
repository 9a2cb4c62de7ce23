package dev.sluice.server;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** Can't be made, as when its database is away. */
    public static final class Broken implements Function<CloudEvent, Mono<CloudEvent>> {
        public Broken() {
            throw new IllegalStateException("no database");
        }

        @Override
        public Mono<CloudEvent> apply(CloudEvent event) {
            return Mono.just(event);
        }
    }

    /** Fails until it is mended; then it answers with its input. */
    public static final class Mendable implements Function<CloudEvent, CloudEvent> {
        /** Whether it fails. */
        static final AtomicBoolean BROKEN = new AtomicBoolean();

        @Override
        public CloudEvent apply(CloudEvent event) {
            if (BROKEN.get()) {
                throw new IllegalStateException("broken");
            }
            return event;
        }
    }

    /** A price by the event's number. Version 2 prices each hundredth anew, gives none for 7, and fails on 8. */
    public static final class Price implements Function<CloudEvent, Mono<Map<String, Integer>>> {
        private final int version;

        public Price(FunctionConfig config) {
            version = Integer.parseInt(config.require("version"));
        }

        @Override
        public Mono<Map<String, Integer>> apply(CloudEvent event) {
            var number = Integer.parseInt(event.getId());
            if (version == 2 && number == 8) {
                return Mono.error(new FunctionException.Rejected("no price for 8"));
            }
            if (version == 2 && number == 7) {
                return Mono.empty();
            }
            return Mono.just(Map.of("number", number, "total", version == 2 && number % 100 == 0 ? 1 : 5));
        }
    }

    /** Holds each event until the file {@code until} of its configuration is there. */
    public static final class Held implements Function<CloudEvent, Mono<CloudEvent>> {
        private final Path until;

        public Held(FunctionConfig config) {
            until = Path.of(config.require("until"));
        }

        @Override
        public Mono<CloudEvent> apply(CloudEvent event) {
            return Mono.fromCallable(() -> Files.exists(until) ? event : null)
                    .repeatWhenEmpty(again -> again.delayElements(Duration.ofMillis(10)));
        }
    }
}
