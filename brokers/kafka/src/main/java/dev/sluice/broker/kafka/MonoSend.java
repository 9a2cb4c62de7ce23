package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Sends an event when subscribed; each subscription is a send of its own. */
final class MonoSend extends Mono<Void> {
    private final SendLane lane;
    private final CloudEvent event;
    private final @Nullable String key;

    MonoSend(SendLane lane, CloudEvent event, @Nullable String key) {
        this.lane = lane;
        this.event = event;
        this.key = key;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        Send send;
        try {
            var record = lane.records().encode(lane.topic(), event, key);
            var size = KafkaRecords.sizeOf(record);
            lane.requireFits(size);
            send = new Send(lane, record, size, System.nanoTime(), actual);
        } catch (BrokerException | InvalidEventException refused) {
            Operators.error(actual, refused);
            return;
        }
        actual.onSubscribe(send);
        lane.start(send);
    }
}
