package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Joins a group with each subscription, after the subscriber has its {@link KafkaMember}. */
final class FluxReceive extends Flux<Delivery> {
    private final KafkaSource source;

    FluxReceive(KafkaSource source) {
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Delivery> actual) {
        Reading reading;
        try {
            reading = source.enter(actual);
        } catch (BrokerException | IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        actual.onSubscribe(reading.member);
        reading.begin();
    }
}
