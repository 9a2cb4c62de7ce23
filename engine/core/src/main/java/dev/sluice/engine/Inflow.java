package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * How events get into a pipeline: its source's subscriber, its demand, and the partitions it holds back. Signals of the
 * source only enqueue; all else is on the home loop.
 */
final class Inflow implements CoreSubscriber<Delivery> {
    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final EventSource source;
    private final Set<Integer> paused = new HashSet<>();
    /** The same for other threads. */
    private volatile Set<Integer> pausedNow = Set.of();

    private @Nullable Subscription subscription;

    Inflow(Dispatcher dispatcher, Pipeline pipeline, EventSource source) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
        this.source = source;
    }

    /** Joins the source. */
    void open() {
        source.receive().subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription joined) {
        dispatcher.signal(() -> {
            if (pipeline.departures.ending()) {
                joined.cancel();
                return;
            }
            subscription = joined;
            dispatcher.touch(pipeline);
        });
    }

    @Override
    public void onNext(Delivery delivery) {
        dispatcher.signal(new Task(pipeline, delivery));
    }

    @Override
    public void onError(Throwable error) {
        dispatcher.signal(() -> pipeline.departures.stop("its source failed: " + error));
    }

    @Override
    public void onComplete() {
        dispatcher.signal(() -> pipeline.departures.stop("its source ended"));
    }

    /** What was requested has come. */
    void arrived(Delivery delivery) {
        pipeline.room.arrived(delivery);
        dispatcher.touch(pipeline);
    }

    /** Asks the source for what there is room for: {@code limit} runnable events, requested ones included. */
    void demand(int limit) {
        var joined = subscription;
        if (joined == null || pipeline.departures.ending()) {
            return;
        }
        if (!paused.isEmpty() && blockedBelow(2)) {
            var all = List.copyOf(paused);
            paused.clear();
            pausedNow = Set.of();
            all.forEach(source::resume);
        }
        var more = pipeline.room.take(limit);
        if (more > 0) {
            joined.request(more);
        }
    }

    /** An event of the partition is blocked: beyond the limits, it is held back until half of them is free again. */
    void blocked(int partition) {
        if (!blockedBelow(1) && paused.add(partition)) {
            pausedNow = Set.copyOf(paused);
            pipeline.counts.pauses.add(1);
            source.pause(partition);
        }
    }

    private boolean blockedBelow(int divisor) {
        var options = dispatcher.host().options();
        return pipeline.blocked() - pipeline.gathered() < Math.max(1, options.blockedEventsMax() / divisor)
                && pipeline.blockedBytes() - pipeline.gatheredBytes()
                        < Math.max(1, options.blockedBytesMax() / divisor);
    }

    /** Wants no more of a partition while the pipeline ends; else the source would deliver it again and again. */
    void refuse(int partition) {
        source.pause(partition);
    }

    /** The partition is taken away: should it come back, it comes without a pause that was set after it was taken. */
    void revoked(int partition) {
        if (paused.remove(partition)) {
            pausedNow = Set.copyOf(paused);
            source.resume(partition);
        }
    }

    /** Leaves the source; whatever is open there is given back by it. */
    void close() {
        if (subscription != null) {
            subscription.cancel();
        }
    }

    /** Partitions held back because of blocked events; from any thread. */
    Set<Integer> paused() {
        return pausedNow;
    }
}
