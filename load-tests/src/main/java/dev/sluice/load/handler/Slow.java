package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import dev.sluice.load.dial.Dial;
import dev.sluice.load.dial.FixedDelay;
import io.cloudevents.CloudEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Waits a fixed time for every event without holding a thread, as a call of another service would, then counts it. When
 * the event says when it was due, in the extension {@code planned}, its latency is kept. The events of one customer may
 * take a time of their own; they are not counted.
 */
public final class Slow implements Function<CloudEvent, Mono<CloudEvent>> {
    private final Dial dial;
    private final @Nullable Dial starts;
    private final FixedDelay delay;
    private final @Nullable String apart;
    private final FixedDelay apartDelay;

    /**
     * Reads {@code dial}, a path, {@code millis}, and, if they are there, {@code starts}: a dial for the latency of
     * starts, {@code apart}: the number of the customer with a time of its own, and {@code apart-millis}: that time.
     */
    public Slow(FunctionConfig config) {
        dial = Dial.watch(Path.of(config.require("dial")));
        starts = config.find("starts").map(path -> Dial.watch(Path.of(path))).orElse(null);
        delay = new FixedDelay(Duration.ofMillis(Long.parseLong(config.require("millis"))));
        apart = config.find("apart").orElse(null);
        apartDelay = config.find("apart-millis")
                .map(millis -> new FixedDelay(Duration.ofMillis(Long.parseLong(millis))))
                .orElse(delay);
    }

    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        if (apart != null && apart.equals(event.getExtension("customer"))) {
            return apartDelay.await().then(Mono.empty());
        }
        var planned = event.getExtension("planned");
        if (starts != null && planned != null) {
            starts.latency(System.nanoTime() - Long.parseLong(planned.toString()));
        }
        Mono<CloudEvent> work = delay.await().handle((nanos, sink) -> done(nanos, planned));
        return dial.isOpen() ? work : dial.whenOpen().then(work);
    }

    private void done(long nanos, @Nullable Object planned) {
        dial.took(nanos);
        dial.add(1);
        if (planned != null) {
            dial.latency(System.nanoTime() - Long.parseLong(planned.toString()));
        }
    }
}
