package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TailEvent;
import java.util.Map;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Watches a topic with each subscription: its {@link MemoryTail} has its places before the subscriber has it. */
final class FluxTail extends Flux<TailEvent> {
    private final MemoryBroker broker;
    private final String topic;
    private final Map<Integer, Long> after;

    FluxTail(MemoryBroker broker, String topic, Map<Integer, Long> after) {
        this.broker = broker;
        this.topic = topic;
        this.after = Map.copyOf(after);
    }

    @Override
    public void subscribe(CoreSubscriber<? super TailEvent> actual) {
        MemoryTail tail;
        try {
            tail = new MemoryTail(broker.topic(topic), after, actual);
            tail.takePlaces();
        } catch (BrokerException refused) {
            Operators.error(actual, refused);
            return;
        }
        actual.onSubscribe(tail);
        try {
            tail.begin();
        } catch (BrokerException refused) {
            tail.fail(refused);
        }
    }
}
