package dev.sluice.broker.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;

/** A member of a group as a test drives it; it notes every breach of the reactive streams rules. */
final class TestMember extends BaseSubscriber<Delivery> {
    private final EventSource source;
    private final Duration patience;
    private final Duration calm;
    private final List<Delivery> received = new ArrayList<>();
    private final List<EventSource.Revocation> revocations = new CopyOnWriteArrayList<>();
    private final List<String> breaches = new CopyOnWriteArrayList<>();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean signalling = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile Consumer<Delivery> onDelivery = delivery -> {};
    private volatile @Nullable Disposable listening;

    TestMember(EventSource source, Duration patience, Duration calm) {
        this.source = source;
        this.patience = patience;
        this.calm = calm;
    }

    TestMember join() {
        source.receive().subscribe(this);
        return this;
    }

    /** What is done with each delivery as it comes. */
    TestMember onDelivery(Consumer<Delivery> handler) {
        onDelivery = handler;
        return this;
    }

    TestMember acceptingAll() {
        return onDelivery(delivery -> delivery.accept().subscribe());
    }

    /** Keeps revocations instead of letting them be done at once. */
    TestMember keepingRevocations() {
        listening = source.revocations().subscribe(revocations::add);
        return this;
    }

    TestMember requesting(long n) {
        demand.accumulateAndGet(n, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
        request(n);
        return this;
    }

    /** Requests past all checks of the test's own. */
    void requestIllegally(long n) {
        upstream().request(n);
    }

    TestMember requestingAll() {
        return requesting(Long.MAX_VALUE);
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        // Demand comes with the test.
    }

    @Override
    protected void hookOnNext(Delivery delivery) {
        if (!signalling.compareAndSet(false, true)) {
            breaches.add("onNext overlaps another: " + delivery);
        }
        if (demand.get() != Long.MAX_VALUE && demand.decrementAndGet() < 0) {
            breaches.add("more than requested: " + delivery);
        }
        synchronized (received) {
            received.add(delivery);
        }
        onDelivery.accept(delivery);
        signalling.set(false);
    }

    @Override
    protected void hookOnError(Throwable error) {
        failure.set(error);
    }

    @Override
    protected void hookOnComplete() {
        breaches.add("completed");
    }

    /** Leaves the group; what it had stays readable. */
    void leave() {
        dispose();
        var toRevocations = listening;
        if (toRevocations != null) {
            toRevocations.dispose();
        }
    }

    EventSource source() {
        return source;
    }

    Lag lag() {
        return source.lag();
    }

    List<Integer> owned() {
        return lag().partitions().stream().map(Lag.PartitionLag::partition).toList();
    }

    /** What came so far. */
    List<Delivery> received() {
        assertThat(breaches).isEmpty();
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    List<String> ids() {
        return BrokerContract.idsOf(received());
    }

    List<EventSource.Revocation> revocations() {
        return revocations;
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    /** Waits until it has so many in all. */
    List<Delivery> await(int count) {
        Awaitility.await().atMost(patience).pollInterval(Duration.ofMillis(2)).untilAsserted(() -> assertThat(
                        received())
                .hasSizeGreaterThanOrEqualTo(count));
        return received();
    }

    /** Waits until it has so many in all, and watches that it gets no more. */
    List<Delivery> awaitNoMoreThan(int count) {
        await(count);
        Awaitility.await()
                .during(calm)
                .atMost(patience.plus(calm))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(received()).hasSize(count));
        return received();
    }

    /** Waits until it owns so many partitions. */
    TestMember awaitOwning(int partitions) {
        Awaitility.await().atMost(patience).pollInterval(Duration.ofMillis(2)).untilAsserted(() -> assertThat(owned())
                .hasSize(partitions));
        return this;
    }

    /** Accepts and waits for the acknowledgement. */
    void accept(Delivery delivery) {
        delivery.accept().block(patience);
    }

    void acceptAllReceived() {
        received().forEach(this::accept);
    }
}
