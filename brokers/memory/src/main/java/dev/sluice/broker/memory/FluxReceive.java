package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Joins a group with each subscription, after the subscriber has its {@link MemoryMember}. */
final class FluxReceive extends Flux<Delivery> {
    private final MemoryBroker broker;
    private final MemorySource source;

    FluxReceive(MemoryBroker broker, MemorySource source) {
        this.broker = broker;
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Delivery> actual) {
        MemoryTopic topic;
        try {
            topic = broker.topic(source.subscription().topic());
        } catch (BrokerException refused) {
            Operators.error(actual, refused);
            return;
        }
        var member = new MemoryMember(source, actual);
        if (!source.enter(member)) {
            Operators.error(actual, new IllegalStateException(source.subscription() + " is being received already"));
            return;
        }
        actual.onSubscribe(member);
        try {
            member.join(topic);
        } catch (BrokerException refused) {
            member.fail(refused);
        }
    }
}
