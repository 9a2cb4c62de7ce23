package dev.sluice.engine;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * Waits for the end of what is stored somewhere. The first end counts: a second one, as of a client that throws and calls
 * back as well, must not stand for another answer's, or for a later step's, where no error means that the event is safe.
 */
abstract class FirstEnd implements CoreSubscriber<Void> {
    private static final AtomicIntegerFieldUpdater<FirstEnd> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(FirstEnd.class, "ended");

    private volatile int ended;

    /** It was not stored, or nobody knows. Called once at most, and {@link #stored} not then; on any thread. */
    abstract void failed(Throwable why);

    /** It was stored. Called once at most, and {@link #failed} not then; on any thread. */
    abstract void stored();

    @Override
    public final void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public final void onNext(Void nothing) {}

    @Override
    public final void onError(Throwable why) {
        if (isFirst()) {
            failed(why);
        }
    }

    @Override
    public final void onComplete() {
        if (isFirst()) {
            stored();
        }
    }

    private boolean isFirst() {
        return ended == 0 && ENDED.compareAndSet(this, 0, 1);
    }
}
