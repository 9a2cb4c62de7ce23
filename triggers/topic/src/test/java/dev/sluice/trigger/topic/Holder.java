package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** A trigger that holds what it is given. */
final class Holder extends BaseSubscriber<Delivery> {
    final List<Delivery> held = new CopyOnWriteArrayList<>();
    volatile @Nullable Throwable error;
    volatile boolean completed;

    static Holder of(EventSource member) {
        var holder = new Holder();
        member.receive().subscribe(holder);
        return holder;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {}

    @Override
    protected void hookOnNext(Delivery delivery) {
        held.add(delivery);
    }

    @Override
    protected void hookOnError(Throwable thrown) {
        error = thrown;
    }

    @Override
    protected void hookOnComplete() {
        completed = true;
    }

    Delivery only() {
        if (held.size() != 1) {
            throw new AssertionError("holds " + held.size());
        }
        return held.get(0);
    }
}
