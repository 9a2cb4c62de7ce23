package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import dev.sluice.load.dial.Dial;
import io.cloudevents.CloudEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Takes events in batches, answers nothing, and counts them on the dial; holds them back until its gate opens. */
public final class CountedBatch implements Function<List<CloudEvent>, Mono<CloudEvent>> {
    private final Dial dial;

    /** Reads {@code dial}, a path. */
    public CountedBatch(FunctionConfig config) {
        dial = Dial.watch(Path.of(config.require("dial")));
    }

    @Override
    public Mono<CloudEvent> apply(List<CloudEvent> events) {
        if (!dial.isOpen()) {
            return dial.whenOpen().then(Mono.fromRunnable(() -> dial.add(events.size())));
        }
        dial.add(events.size());
        return Mono.empty();
    }
}
