package dev.sluice.engine;

import reactor.core.publisher.Sinks;

/** A function as it was deployed at one time, and the handler objects that are left of it. On the home loop. */
final class Version {
    final FunctionSpec spec;
    private final Sinks.One<Void> gone = Sinks.one();
    private int handlers;
    private boolean superseded;

    Version(FunctionSpec spec) {
        this.spec = spec;
    }

    /** Completes once another version has taken its place and its last handler is closed. */
    Sinks.One<Void> gone() {
        return gone;
    }

    /** A handler is being made. */
    void opens() {
        handlers++;
    }

    /** A handler is closed, or was not made. */
    void closed() {
        handlers--;
        endIfGone();
    }

    /** There is a newer one. */
    void superseded() {
        superseded = true;
        endIfGone();
    }

    private void endIfGone() {
        if (superseded && handlers == 0) {
            gone.tryEmitEmpty();
        }
    }
}
