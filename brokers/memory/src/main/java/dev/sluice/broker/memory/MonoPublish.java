package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.InvalidEventException;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Stores an event when subscribed. There is room as a rule: then it is stored and completes at once, before anyone is
 * given it to read. Otherwise its subscription is a {@link WaitingSend}, which the topic gets after the
 * subscriber did, so that no signal comes before {@code onSubscribe}.
 */
final class MonoPublish extends Mono<Void> {
    private final MemorySink sink;
    private final CloudEvent event;
    private final @Nullable String key;

    MonoPublish(MemorySink sink, CloudEvent event, @Nullable String key) {
        this.sink = sink;
        this.event = event;
        this.key = key;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        MemoryTopic topic;
        LogEvent stored;
        boolean done;
        try {
            topic = sink.resolve();
            stored = topic.prepare(event, key);
            done = topic.storeNow(stored);
        } catch (BrokerException | InvalidEventException refused) {
            Operators.error(actual, refused);
            return;
        }
        if (!done) {
            var send = new WaitingSend(topic, stored, actual);
            actual.onSubscribe(send);
            topic.storeOrWait(send);
            return;
        }
        try {
            Operators.complete(actual);
        } finally {
            topic.readers.wake(stored.partition);
        }
    }
}
