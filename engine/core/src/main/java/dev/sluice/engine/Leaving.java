package dev.sluice.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Triggers on their way out of a function that goes on: each gives back what has not started, lets what runs end until its
 * deadline, cancels what is left, and is gone once nothing of it is open. A run that ignores its cancel holds it up until
 * its slot is taken back, one more timeout at most. What has no run and is open two timeouts after the cancel, as a dead
 * letter that its topic does not acknowledge, is waited for no more: it was given back, and lands so. On the home loop.
 */
final class Leaving {
    private final Dispatcher dispatcher;
    private final List<Way> ways = new ArrayList<>();

    Leaving(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    private static final class Way {
        private final Pipeline pipeline;
        private final long deadline;
        private final List<Sinks.One<Void>> waiting = new ArrayList<>();
        private boolean aborted;
        /** Until when it is waited for, once aborted. */
        private long last;

        private Way(Pipeline pipeline, long deadline) {
            this.pipeline = pipeline;
            this.deadline = deadline;
        }

        /** Whether what is open is not worth waiting for; the deadlines of runs are looked at while it is here. */
        private boolean givesUp(long now) {
            return aborted && now - last >= 0 && !pipeline.tries.running();
        }
    }

    /**
     * Takes a trigger away that was attached beside others: stops pulling, gives back what has not started, lets what runs
     * end within the grace, cancels the rest and leaves the source. Completes once nothing of it is open, or the function
     * has ended; cancel does not stop it. From any thread.
     *
     * @param ended completes when the function has ended
     */
    Mono<Void> detach(Pipeline pipeline, Duration grace, Mono<Void> ended) {
        return Mono.defer(() -> {
            var gone = Sinks.<Void>one();
            dispatcher.signal(() -> begin(pipeline, dispatcher.nanos() + grace.toNanos(), gone));
            return Mono.firstWithSignal(gone.asMono(), ended);
        });
    }

    /** Has it leave; without effect, but that one more is told, when it does so already. */
    private void begin(Pipeline pipeline, long deadline, Sinks.One<Void> gone) {
        var way = wayOf(pipeline);
        if (way == null) {
            if (!dispatcher.roster.here().contains(pipeline)) {
                gone.tryEmitEmpty();
                return;
            }
            way = new Way(pipeline, deadline);
            ways.add(way);
            pipeline.departures.drain();
            dispatcher.wakeAt(deadline);
        }
        way.waiting.add(gone);
    }

    private @Nullable Way wayOf(Pipeline pipeline) {
        for (var way : ways) {
            if (way.pipeline == pipeline) {
                return way;
            }
        }
        return null;
    }

    void proceed(long now) {
        for (var i = ways.size() - 1; i >= 0; i--) {
            var way = ways.get(i);
            if (way.pipeline.busy() > 0 && !way.aborted && now - way.deadline >= 0) {
                way.aborted = true;
                way.last = now + 2 * way.pipeline.tries.timeoutNanos();
                way.pipeline.departures.abort();
                dispatcher.wakeAt(way.last);
            }
            if (way.pipeline.busy() == 0 || way.givesUp(now)) {
                ways.remove(i);
                way.pipeline.departures.close();
                dispatcher.remove(way.pipeline);
                way.waiting.forEach(Sinks.One::tryEmitEmpty);
            }
        }
    }

    /** Has the dispatcher look again when the next deadline comes. */
    void tick(long now) {
        for (var way : ways) {
            if (!way.aborted) {
                dispatcher.wakeAt(way.deadline);
            } else if (now - way.last < 0) {
                dispatcher.wakeAt(way.last);
            }
        }
    }
}
