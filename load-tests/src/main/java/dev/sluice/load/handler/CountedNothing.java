package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import dev.sluice.load.dial.Dial;
import io.cloudevents.CloudEvent;
import java.nio.file.Path;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Takes an event, answers nothing, and counts it on the dial; holds events back until the dial's gate opens. */
public final class CountedNothing implements Function<CloudEvent, Mono<CloudEvent>> {
    private final Dial dial;

    /** Reads {@code dial}, a path. */
    public CountedNothing(FunctionConfig config) {
        dial = Dial.watch(Path.of(config.require("dial")));
    }

    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        if (!dial.isOpen()) {
            return dial.whenOpen().then(Mono.fromRunnable(() -> dial.add(1)));
        }
        dial.add(1);
        return Mono.empty();
    }
}
