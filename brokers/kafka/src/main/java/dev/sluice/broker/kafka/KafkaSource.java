package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One member's reading of a topic in a consumer group, over any number of subscriptions one after another; a paused
 * partition stays so, and positions that it stored are remembered, so that one that is missing later is not taken for a
 * new group's.
 */
final class KafkaSource implements EventSource {
    private final Subscription subscription;
    private final SourceSettings settings;
    private final Vertx vertx;
    private final EndOffsets ends;
    private final MeterRegistry registry;
    private final LongSupplier nanos;
    private final Set<Integer> paused = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Long> stored = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Reading> reading = new AtomicReference<>();
    private final Sinks.Many<Revocation> revocations =
            Sinks.unsafe().many().multicast().directBestEffort();
    private volatile @Nullable BrokerException closed;

    /**
     * A source that reads nothing until {@link #receive} is subscribed.
     *
     * @param vertx belongs to the broker, which closes it after its sources
     */
    KafkaSource(
            Subscription subscription, SourceSettings settings, Vertx vertx, EndOffsets ends, MeterRegistry registry) {
        this(subscription, settings, vertx, ends, registry, System::nanoTime);
    }

    /** As above with a clock. */
    KafkaSource(
            Subscription subscription,
            SourceSettings settings,
            Vertx vertx,
            EndOffsets ends,
            MeterRegistry registry,
            LongSupplier nanos) {
        this.subscription = subscription;
        this.settings = settings;
        this.vertx = vertx;
        this.ends = ends;
        this.registry = registry;
        this.nanos = nanos;
    }

    /** What it reads. */
    Subscription subscription() {
        return subscription;
    }

    @Override
    public Flux<Delivery> receive() {
        return new FluxReceive(this);
    }

    /**
     * Makes a new member the one that reads; it has not joined yet.
     *
     * @throws IllegalStateException when there is one
     * @throws BrokerException when it was closed
     */
    Reading enter(CoreSubscriber<? super Delivery> actual) {
        var why = closed;
        if (why != null) {
            throw why;
        }
        Reading entering;
        synchronized (reading) {
            if (reading.get() != null) {
                throw new IllegalStateException(subscription + " is being received already");
            }
            entering = new Reading(this, actual, settings, vertx, ends, registry, stored, nanos);
            reading.set(entering);
        }
        entering.whenClosed().subscribe(null, null, () -> reading.compareAndSet(entering, null));
        why = closed;
        if (why != null) {
            entering.member.fail(why);
        }
        return entering;
    }

    /** The member has ended; its place is free once it has left the group. */
    void leave(KafkaMember member) {
        var present = reading.get();
        if (present != null && present.member == member) {
            present.end();
        }
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    /** Called by the member's serialised loop. */
    void signal(KafkaRevocation revocation) {
        if (revocations.tryEmitNext(revocation).isFailure()) {
            revocation.done();
        }
    }

    @Override
    public void pause(int partition) {
        paused.add(requirePartition(partition));
        var owned = owned(partition);
        var present = owned == null ? null : owned.reading;
        if (present != null) {
            present.pause();
        }
    }

    @Override
    public void resume(int partition) {
        paused.remove(requirePartition(partition));
        var owned = owned(partition);
        var present = owned == null ? null : owned.reading;
        if (present != null) {
            present.resume();
        }
        var now = reading.get();
        if (now != null) {
            now.member.drain();
            now.member.gate.wake();
        }
    }

    private int requirePartition(int partition) {
        if (partition < 0) {
            throw new IllegalArgumentException(
                    "topic '" + subscription.topic() + "' has partitions from 0 on, not " + partition);
        }
        return partition;
    }

    boolean isPaused(int partition) {
        return paused.contains(partition);
    }

    private @Nullable OwnedPartition owned(int partition) {
        var now = reading.get();
        return now == null ? null : now.member.owned(partition);
    }

    @Override
    public Lag lag() {
        var now = reading.get();
        var owned = now == null || now.member.isEnded() ? new OwnedPartition[0] : now.member.owned();
        var partitions = Arrays.stream(owned)
                .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
                .map(OwnedPartition::lag)
                .toList();
        return new Lag(subscription.topic(), subscription.group(), partitions);
    }

    @Override
    public List<Trouble> troubles() {
        var now = reading.get();
        return now == null ? List.of() : now.watch.troubles();
    }

    @Override
    public int fullPartitions() {
        var now = reading.get();
        return now == null || now.member.isEnded() ? 0 : now.member.fullPartitions();
    }

    /** Whether nothing is received, so that somebody may. */
    boolean isFree() {
        return reading.get() == null;
    }

    /** Records that were fetched and not delivered. */
    int backlogRecords() {
        var now = reading.get();
        return now == null ? 0 : now.member.backlog.records();
    }

    /** Whether this member reads the partition now. */
    boolean owns(int partition) {
        return owned(partition) != null;
    }

    /**
     * Moves the group's position on partitions that this member owns; completes once the new positions are stored.
     * Errors with {@link BrokerException} when it owns one of them no more, or the cluster did not store them.
     *
     * @param partitions empty for all that it owns
     */
    Mono<Void> reset(Set<Integer> partitions, Start to) {
        return Mono.create(sink -> {
            var now = reading.get();
            if (now == null) {
                sink.error(new BrokerException.Refused(settings.broker(), "the group is not read here", null));
                return;
            }
            var gone = now.whenClosed()
                    .subscribe(
                            null,
                            null,
                            () -> sink.error(new BrokerException.Unavailable(
                                    settings.broker(), "the member left before the position was moved", null)));
            sink.onDispose(gone);
            now.loop.reset(partitions, to, sink);
        });
    }

    /**
     * Ends a reading with the reason and refuses later ones; completes once the consumer, if there was one, is closed.
     * Idempotent.
     */
    Mono<Void> close(BrokerException why) {
        return Mono.defer(() -> {
            closed = why;
            var now = reading.get();
            if (now == null) {
                return Mono.empty();
            }
            now.member.fail(why);
            return now.whenClosed();
        });
    }

    @Override
    public String toString() {
        return subscription.toString();
    }
}
