package dev.sluice.broker.memory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription that hands on what is there, on demand.
 *
 * <p>All signals come from {@link #drain}, a loop that one thread at a time runs: whoever publishes, requests, settles
 * or joins asks for a run; when one is under way it goes round once more instead. The loop takes one item at a time by
 * {@link #next} and emits it while it holds no lock. Its subscriber may call back into anything: a nested call
 * never emits here, so the stack grows by at most one run per emitter.
 *
 * <p>Memory order: what a caller wrote before {@link #drain} (a volatile increment) is seen by the run that answers it.
 * {@link #wake} skips the run while nothing is requested; a request that comes later asks for its own. After
 * {@link #cancel} or an error nothing more is emitted, and {@link #leave} was called, maybe more than once.
 */
abstract class Emitter<T> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Emitter.class);

    private final CoreSubscriber<? super T> actual;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger runs = new AtomicInteger();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    Emitter(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    /** Takes what comes next; null when there is nothing at the moment. */
    abstract @Nullable T next();

    /** Gives up what it holds. Idempotent, by any thread. */
    abstract void leave();

    /** Whether {@link #attend} has something to do. */
    boolean isCalled() {
        return false;
    }

    /** What else the loop sees to, before it emits. */
    void attend() {}

    /** Whether there will never be anything more; asked once {@link #next} had nothing or nothing is requested. */
    boolean isComplete() {
        return false;
    }

    /** Whether nothing more is emitted. */
    final boolean isEnded() {
        return ended;
    }

    @Override
    public final void request(long n) {
        if (n <= 0) {
            fail(new IllegalArgumentException("requested " + n + " items: demand must be positive (rule 3.9)"));
            return;
        }
        requested.accumulateAndGet(n, Operators::addCap);
        drain();
    }

    @Override
    public final void cancel() {
        ended = true;
        leave();
    }

    /** Ends it with an error, after what is being emitted. */
    final void fail(Throwable why) {
        if (failure == null) {
            failure = why;
            drain();
        }
    }

    /** Runs the loop if that can have an effect. */
    final void wake() {
        if (requested.get() != 0 || isCalled()) {
            drain();
        }
    }

    final void drain() {
        if (runs.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            if (!ended) {
                run();
            }
            missed = runs.addAndGet(-missed);
        } while (missed != 0);
    }

    private void run() {
        attend();
        emit();
        var why = failure;
        if (!ended && (why != null || isComplete())) {
            ended = true;
            leave();
            try {
                if (why != null) {
                    actual.onError(why);
                } else {
                    actual.onComplete();
                }
            } catch (RuntimeException broken) {
                LOG.atError().setCause(broken).log("a reader failed on the end of its reading");
            }
        }
    }

    private void emit() {
        var demand = requested.get();
        var emitted = 0L;
        while (emitted != demand && failure == null) {
            if (isCalled()) {
                attend();
            }
            var item = next();
            if (item == null || ended) {
                break;
            }
            emitted++;
            try {
                actual.onNext(item);
            } catch (Throwable broken) { // whoever publishes must not suffer from whoever reads
                failure = broken;
            }
        }
        if (emitted != 0 && demand != Long.MAX_VALUE) {
            requested.addAndGet(-emitted);
        }
    }
}
