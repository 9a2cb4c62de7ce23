package dev.sluice.load;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A source without a broker: delivers one event as often as it is told to, by the thread that tells it, as far as it is
 * asked for, with one of 10,000 keys each, and counts what is accepted.
 */
final class CountedSource extends Flux<Delivery> implements EventSource, Subscription {
    private static final int KEYS = 10_000;
    private static final int KEY_STEP = 7_919;

    private final CloudEvent event;
    private final String[] keys = new String[KEYS];
    private final Semaphore demand = new Semaphore(0);
    private final CountDownLatch joined = new CountDownLatch(1);
    private volatile @Nullable CoreSubscriber<? super Delivery> subscriber;
    private volatile CountDownLatch open = new CountDownLatch(0);
    private long offset;

    CountedSource(CloudEvent event) {
        this.event = event;
        for (var i = 0; i < KEYS; i++) {
            keys[i] = "customer-" + i;
        }
    }

    /** Delivers so many events and waits until all are accepted. */
    void deliver(int events) throws InterruptedException {
        joined.await();
        var to = subscriber;
        var accepted = new CountDownLatch(events);
        open = accepted;
        for (var i = 0; i < events && to != null; i++) {
            demand.acquire();
            to.onNext(new Lent(this, keys[(int) (offset * KEY_STEP % KEYS)], offset++));
        }
        accepted.await();
    }

    @Override
    public void subscribe(CoreSubscriber<? super Delivery> actual) {
        subscriber = actual;
        actual.onSubscribe(this);
        joined.countDown();
    }

    @Override
    public void request(long n) {
        demand.release((int) Math.min(n, Integer.MAX_VALUE - demand.availablePermits()));
    }

    @Override
    public void cancel() {
        subscriber = null;
    }

    @Override
    public Flux<Delivery> receive() {
        return this;
    }

    @Override
    public Flux<Revocation> revocations() {
        return Flux.never();
    }

    @Override
    public void pause(int partition) {}

    @Override
    public void resume(int partition) {}

    @Override
    public Lag lag() {
        return new Lag("counted", "counted", List.of());
    }

    private record Lent(CountedSource source, String key, long offset) implements Delivery {
        @Override
        public CloudEvent event() {
            return source.event;
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public int sizeBytes() {
            return SampleEvent.DATA_BYTES;
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(source.open::countDown);
        }

        @Override
        public void release() {}
    }
}
