package dev.sluice.broker.memory;

import dev.sluice.broker.EventSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** A partition that its owner is asked for. All state is guarded by the topic's lock. */
final class MemoryRevocation implements EventSource.Revocation {
    /** How long the owner may hold on to it. */
    static final Duration WAIT = Duration.ofSeconds(30);

    private final MemoryTopic topic;
    private final MemoryGroup group;
    private final MemoryShare share;
    private boolean done;
    private boolean over;
    private @Nullable Disposable limit;

    MemoryRevocation(MemoryGroup group, MemoryShare share) {
        this.topic = group.topic;
        this.group = group;
        this.share = share;
    }

    @Override
    public int partition() {
        return share.partition;
    }

    @Override
    public void done() {
        group.revocationDone(this, share);
    }

    /**
     * Limits the wait from now on, if it is not over. Without the lock: what a timer does when asked is its own affair.
     */
    void limitWait() {
        if (isOver()) {
            return;
        }
        var task = topic.broker
                .timer()
                .schedule(() -> group.revocationExpired(this, share), WAIT.toNanos(), TimeUnit.NANOSECONDS);
        topic.lock();
        try {
            limit = task;
            if (over) {
                task.dispose();
            }
        } finally {
            topic.unlock();
        }
    }

    private boolean isOver() {
        topic.lock();
        try {
            return over;
        } finally {
            topic.unlock();
        }
    }

    boolean isDone() {
        return done;
    }

    void markDone() {
        done = true;
    }

    /** It is over, one way or the other. */
    void ended() {
        over = true;
        if (limit != null) {
            limit.dispose();
        }
    }
}
