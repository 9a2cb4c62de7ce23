package dev.sluice.engine;

import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Other events on their way through a trigger, beside its own: see {@link Engine#replay}. Safe for any number of threads.
 */
public final class Replay {
    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final Runnable forget;

    /** @param forget what else is to be done once it has ended */
    Replay(Dispatcher dispatcher, Pipeline pipeline, Runnable forget) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        this.forget = forget;
    }

    /** What became of these events so far, and what holds them back; still told once it has ended. */
    public TriggerStatus status() {
        return pipeline.status();
    }

    /**
     * Takes no more events, finishes what runs within the grace, gives the rest back and leaves the source. Completes
     * once nothing of it is left, at the latest two timeouts of the function after the grace; the trigger can have
     * another then. Cancel does not stop it; idempotent.
     */
    public Mono<Void> end(Duration grace) {
        return Mono.defer(() -> {
            var ended = Sinks.<Void>one();
            dispatcher.detach(pipeline, grace).subscribe(nothing -> {}, error -> over(ended), () -> over(ended));
            return ended.asMono();
        });
    }

    private void over(Sinks.One<Void> ended) {
        forget.run();
        ended.tryEmitEmpty();
    }
}
