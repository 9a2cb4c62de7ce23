package dev.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Sinks;

/** A dispatcher's way down: waits for what runs, cancels what runs too long, then closes. On the home loop. */
final class Draining {
    private final Dispatcher dispatcher;
    private final List<Pipeline> pipelines;
    private final long deadline;
    private final List<Sinks.One<Void>> waiting = new ArrayList<>();
    private boolean aborted;
    private boolean closed;
    private boolean done;

    Draining(Dispatcher dispatcher, List<Pipeline> pipelines, long deadline, Sinks.One<Void> ended) {
        this.dispatcher = dispatcher;
        this.pipelines = pipelines;
        this.deadline = deadline;
        waiting.add(ended);
    }

    /** When what still runs is cancelled. */
    long deadline() {
        return deadline;
    }

    /** Whether nothing is waited for any more. */
    boolean closed() {
        return closed;
    }

    /** One more wants to know when it has ended. */
    void also(Sinks.One<Void> ended) {
        if (done) {
            ended.tryEmitEmpty();
        } else {
            waiting.add(ended);
        }
    }

    void proceed(long now) {
        if (closed) {
            return;
        }
        var open = pipelines.stream().mapToInt(Pipeline::busy).sum();
        if (open > 0 && now - deadline >= 0 && !aborted) {
            aborted = true;
            pipelines.forEach(pipeline -> pipeline.departures.abort());
        }
        if (open == 0 || aborted) {
            closed = true;
            pipelines.forEach(pipeline -> pipeline.departures.close());
            dispatcher.pool().close().subscribe(nothing -> {}, error -> end(), this::end);
        }
    }

    private void end() {
        dispatcher.signal(() -> {
            done = true;
            dispatcher.ended();
            waiting.forEach(Sinks.One::tryEmitEmpty);
            waiting.clear();
        });
    }
}
