package dev.sluice.engine;

import dev.sluice.broker.EventSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * Partitions that a pipeline's source takes away: what has not started is given back at once, what runs may go on for as
 * long as the source says, what is left then is cancelled. Signals come on any thread and are handled on the home loop;
 * their number is bounded by the source's partitions.
 */
final class Revocations implements CoreSubscriber<EventSource.Revocation> {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    private final Dispatcher dispatcher;
    private final Pipeline pipeline;
    private final List<Open> open = new ArrayList<>();
    private @Nullable Subscription subscription;

    private record Open(EventSource.Revocation revocation, long dueNanos) {}

    Revocations(Dispatcher dispatcher, Pipeline pipeline) {
        this.dispatcher = dispatcher;
        this.pipeline = pipeline;
    }

    @Override
    public void onSubscribe(Subscription joined) {
        dispatcher.signal(() -> subscription = joined);
        joined.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(EventSource.Revocation revocation) {
        dispatcher.signal(() -> revoke(revocation));
    }

    @Override
    public void onError(Throwable error) {
        LOG.error("trigger {}: no more revocations are told", pipeline.name(), error);
    }

    @Override
    public void onComplete() {}

    private void revoke(EventSource.Revocation revocation) {
        var due = dispatcher.nanos() + revocation.limit().toNanos();
        pipeline.departures.giveBackPartition(revocation.partition());
        open.add(new Open(revocation, due));
        dispatcher.wakeAt(due);
        settled();
    }

    /** Whether the partition is being taken away. */
    boolean has(int partition) {
        for (var i = 0; i < open.size(); i++) {
            if (open.get(i).revocation().partition() == partition) {
                return true;
            }
        }
        return false;
    }

    /** Events were settled or given back: ends the revocations whose partition is not held any more. */
    void settled() {
        for (var i = open.size() - 1; i >= 0; i--) {
            var each = open.get(i);
            if (!pipeline.lanes.open.holds(each.revocation().partition())) {
                open.remove(i);
                each.revocation().done();
            }
        }
    }

    /** Cancels what runs longer than a revocation waits. */
    void tick(long now) {
        for (var i = open.size() - 1; i >= 0; i--) {
            var each = open.get(i);
            if (each.dueNanos() - now <= 0) {
                open.remove(i);
                pipeline.departures.losePartition(each.revocation().partition());
                each.revocation().done();
            } else {
                dispatcher.wakeAt(each.dueNanos());
            }
        }
    }

    void close() {
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
