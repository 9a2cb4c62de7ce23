package dev.sluice.function;

import reactor.core.publisher.Mono;

/** A handler that has to get ready before its first event. */
public interface Initializable {
    /**
     * Prepares the handler; subscribed once per instance, before its first event. Completion opens the
     * instance; an error or the function's start timeout (30 s) fails it, and the engine tries again with
     * a back-off of 1 s to 60 s. Runs on a thread that may block.
     */
    Mono<Void> start();
}
