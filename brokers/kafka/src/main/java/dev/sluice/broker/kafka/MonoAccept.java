package dev.sluice.broker.kafka;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Settles a delivery as done when subscribed, and completes at once: the commit follows by itself. */
final class MonoAccept extends Mono<Void> {
    private final Lent delivery;

    MonoAccept(Lent delivery) {
        this.delivery = delivery;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        delivery.acceptNow();
        Operators.complete(actual);
    }
}
