package dev.sluice.broker.memory;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * A publish that waits for room, and its subscription. The links and the outcome are guarded by the topic's lock; the
 * signal goes out without it, once, by {@link MemoryTopic}'s serialised loop.
 */
final class WaitingSend implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingSend.class);

    final LogEvent event;
    private final MemoryTopic topic;
    private final CoreSubscriber<? super Void> actual;
    private volatile boolean cancelled;

    long deadlineNanos;
    /** Why it failed; null when it was stored. */
    @Nullable
    Throwable failure;

    @Nullable
    WaitingSend before;

    @Nullable
    WaitingSend after;

    boolean queued;

    WaitingSend(MemoryTopic topic, LogEvent event, CoreSubscriber<? super Void> actual) {
        this.topic = topic;
        this.event = event;
        this.actual = actual;
    }

    boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void request(long n) {
        // Nothing but the end is ever signalled, and that needs no demand.
    }

    @Override
    public void cancel() {
        cancelled = true;
        topic.withdraw(this);
    }

    /** Tells the sender what became of it. What the sender throws is its own fault and stops no other. */
    void signal() {
        if (cancelled) {
            return;
        }
        var why = failure;
        try {
            if (why == null) {
                actual.onComplete();
            } else {
                actual.onError(why);
            }
        } catch (Throwable broken) {
            LOG.atError().setCause(broken).log("a sender failed on the outcome of its send");
        }
    }
}
