package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Reads a part of a topic with each subscription. */
final class FluxRead extends Flux<StoredEvent> {
    private final MemoryBroker broker;
    private final String topic;
    private final ReadRange range;

    FluxRead(MemoryBroker broker, String topic, ReadRange range) {
        this.broker = broker;
        this.topic = topic;
        this.range = range;
    }

    @Override
    public void subscribe(CoreSubscriber<? super StoredEvent> actual) {
        MemoryRead read;
        try {
            read = new MemoryRead(broker.known(topic), range, actual);
            read.takePlaces();
        } catch (BrokerException refused) {
            Operators.error(actual, refused);
            return;
        }
        actual.onSubscribe(read);
        read.drain();
    }
}
