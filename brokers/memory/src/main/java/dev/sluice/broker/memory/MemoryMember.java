package dev.sluice.broker.memory;

import dev.sluice.broker.Delivery;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/** A member of a group: the subscription of one {@link MemorySource#receive}. */
final class MemoryMember extends Emitter<Delivery> {
    private final MemorySource source;
    private volatile @Nullable MemoryGroup group;
    private volatile boolean asked;

    /** What it reads. This and the next two are guarded by the topic's lock. */
    MemoryShare[] owned = {};
    /** Which of them had the last turn. */
    int turn;

    private final ArrayDeque<MemoryRevocation> revoked = new ArrayDeque<>();

    MemoryMember(MemorySource source, CoreSubscriber<? super Delivery> actual) {
        super(actual);
        this.source = source;
    }

    /** Joins the group, unless cancelled by now. */
    void join(MemoryTopic topic) {
        MemoryGroup joined;
        boolean unmetered;
        topic.lock();
        try {
            if (isEnded()) {
                return;
            }
            joined = topic.readers.group(
                    source.subscription().group(), source.subscription().start());
            group = joined;
            joined.join(this);
            unmetered = joined.toBeMetered();
        } finally {
            topic.unlock();
        }
        if (unmetered) {
            topic.meters.add(joined);
        }
        if (isEnded()) {
            leave(); // a cancel that came while it joined may have found no group to leave
        }
        drain();
    }

    @Nullable
    MemoryGroup group() {
        return group;
    }

    boolean isPaused(int partition) {
        return source.isPaused(partition);
    }

    /** Asks for a partition back. Under the lock; a wake-up has to follow. */
    void ask(MemoryRevocation revocation) {
        revoked.add(revocation);
        asked = true;
    }

    @Override
    boolean isCalled() {
        return asked;
    }

    @Override
    void attend() {
        var joined = group;
        while (asked && joined != null) {
            MemoryRevocation revocation;
            joined.topic.lock();
            try {
                revocation = revoked.poll();
                asked = revocation != null;
            } finally {
                joined.topic.unlock();
            }
            if (revocation != null) {
                source.signal(revocation);
            }
        }
    }

    @Override
    @Nullable
    Delivery next() {
        var joined = group;
        return joined == null ? null : joined.lend(this);
    }

    @Override
    void leave() {
        var joined = group;
        if (joined != null) {
            joined.leave(this);
        }
        source.left(this);
    }
}
