package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** A source that a test drives by hand and that notes what is asked of it. */
final class FakeSource implements EventSource {
    final AtomicInteger subscriptions = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();
    final AtomicLong requested = new AtomicLong();
    final AtomicInteger concurrentCalls = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final List<String> pauses = Collections.synchronizedList(new ArrayList<>());
    final Sinks.Many<Revocation> revocations = Sinks.many().multicast().directBestEffort();
    /** Run within each call of pause. */
    volatile Runnable onPause = () -> {};

    private volatile @Nullable CoreSubscriber<? super Delivery> subscriber;

    @Override
    public Flux<Delivery> receive() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Delivery> actual) {
                subscriptions.incrementAndGet();
                requested.set(0);
                subscriber = actual;
                actual.onSubscribe(new Upstream());
            }
        };
    }

    FakeDelivery deliver(int partition, long offset) {
        var delivery = new FakeDelivery(partition, offset);
        subscriber.onNext(delivery);
        return delivery;
    }

    void fail(Throwable error) {
        subscriber.onError(error);
    }

    void complete() {
        subscriber.onComplete();
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    @Override
    public void pause(int partition) {
        pauses.add("pause " + partition);
        onPause.run();
    }

    @Override
    public void resume(int partition) {
        pauses.add("resume " + partition);
    }

    @Override
    public Lag lag() {
        return new Lag("orders", "group", List.of());
    }

    /** Notes calls that overlap, which the contract of a subscription forbids. */
    private final class Upstream implements Subscription {
        @Override
        public void request(long n) {
            alone(() -> requested.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b));
        }

        @Override
        public void cancel() {
            alone(cancels::incrementAndGet);
        }

        private void alone(Runnable call) {
            if (concurrentCalls.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            call.run();
            concurrentCalls.decrementAndGet();
        }
    }

    /** A partition that is taken away. */
    static final class FakeRevocation implements Revocation {
        final AtomicInteger done = new AtomicInteger();
        private final int partition;
        private final Duration limit;

        FakeRevocation(int partition) {
            this(partition, Duration.ofSeconds(4));
        }

        FakeRevocation(int partition, Duration limit) {
            this.partition = partition;
            this.limit = limit;
        }

        @Override
        public int partition() {
            return partition;
        }

        @Override
        public Duration limit() {
            return limit;
        }

        @Override
        public void done() {
            done.incrementAndGet();
        }
    }
}
