package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.TopicStatus;
import dev.sluice.server.manifest.TopicRef;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A reading that ends: begun again in time, or for good. */
class TopicGateTest {
    private static final Subscription SUBSCRIPTION = new Subscription("t", "g", Start.EARLIEST);
    private static final Throwable BROKEN = new BrokerException.Unavailable("b", "its thread broke", null);

    private final AtomicInteger begun = new AtomicInteger();

    private EventSource endingWith(Throwable error) {
        var gate = new TopicGate(new TopicRef("b", "t"), new OneSource(Flux.defer(() -> {
            begun.incrementAndGet();
            return Flux.error(error);
        })));
        gate.open();
        return gate.source(SUBSCRIPTION);
    }

    @Test
    void beginsAReadingThatBrokeAgainLaterAndLaterUpToAMinute() {
        StepVerifier.withVirtualTime(() -> endingWith(BROKEN).receive())
                .expectSubscription()
                .then(() -> assertThat(begun).hasValue(1))
                .expectNoEvent(Duration.ofMillis(400))
                .then(() -> assertThat(begun).hasValue(1))
                // Waits vary by a half, but are 1 s at least: the second one may be over after 2 s, the third is not.
                .thenAwait(Duration.ofSeconds(2))
                .then(() -> assertThat(begun.get()).isBetween(2, 3))
                .thenAwait(Duration.ofMinutes(10))
                .then(() -> assertThat(begun.get()).isBetween(10, 30))
                .thenCancel()
                .verify();
    }

    @Test
    void saysThatItWaitsToReadAgain() {
        var source = endingWith(BROKEN);
        var reading = source.receive().subscribe();

        assertThat(source.troubles())
                .singleElement()
                .extracting(EventSource.Trouble::reason)
                .asString()
                .contains("'t'")
                .contains("begun again")
                .contains("its thread broke");
        reading.dispose();
    }

    @Test
    void endsForGoodWhenItWouldBeRefusedAgain() {
        StepVerifier.create(endingWith(new BrokerException.Refused("b", "it is forbidden", null))
                        .receive())
                .expectError(BrokerException.Refused.class)
                .verify(Duration.ofSeconds(5));
        assertThat(begun).hasValue(1);
    }

    /** A broker of nothing but one reading. */
    private record OneSource(Flux<Delivery> reading) implements Broker, EventSource, EventSink {
        @Override
        public String name() {
            return "b";
        }

        @Override
        public String topic() {
            return "t";
        }

        @Override
        public Mono<Void> ensureTopic(String topic) {
            return Mono.empty();
        }

        @Override
        public EventSink sink(String topic) {
            return this;
        }

        @Override
        public Mono<Void> publish(CloudEvent event, @Nullable String key) {
            return Mono.empty();
        }

        @Override
        public int sizeMaxBytes() {
            return Integer.MAX_VALUE;
        }

        @Override
        public EventSource source(Subscription subscription) {
            return this;
        }

        @Override
        public Flux<Delivery> receive() {
            return reading;
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
            return new Lag("t", "g", List.of());
        }

        @Override
        public Flux<TailEvent> tail(String topic, Map<Integer, Long> after) {
            return Flux.never();
        }

        @Override
        public Flux<StoredEvent> read(String topic, ReadRange range) {
            return Flux.empty();
        }

        @Override
        public Mono<List<TopicStatus>> topics() {
            return Mono.just(List.of());
        }

        @Override
        public Mono<Health> health() {
            return Mono.just(Health.UP);
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty();
        }
    }
}
