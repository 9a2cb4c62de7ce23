package dev.sluice.broker.memory;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Settles a delivery as done when subscribed, and completes at once. */
final class MonoAccept extends Mono<Void> {
    private final MemoryDelivery delivery;

    MonoAccept(MemoryDelivery delivery) {
        this.delivery = delivery;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        delivery.group.settle(delivery, true);
        Operators.complete(actual);
    }
}
