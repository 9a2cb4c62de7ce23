package dev.sluice.engine;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Something stored elsewhere: done at once or later, refused, or done although the caller is told that it wasn't known in
 * time.
 */
final class SimMono extends Mono<Void> {
    private final SimWorld world;
    private final Runnable effect;

    private SimMono(SimWorld world, Runnable effect) {
        this.world = world;
        this.effect = effect;
    }

    static Mono<Void> of(SimWorld world, Runnable effect) {
        return new SimMono(world, effect);
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> subscriber) {
        subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        if (world.fault(8)) {
            end(() -> subscriber.onError(new SimFault("refused")));
        } else if (world.fault(8)) {
            effect.run();
            end(() -> subscriber.onError(new SimFault("stored, but told that it timed out")));
        } else if (world.random.nextBoolean()) {
            effect.run();
            subscriber.onComplete();
        } else {
            world.later(() -> {
                effect.run();
                end(subscriber::onComplete);
            });
        }
    }

    private void end(Runnable told) {
        if (world.random.nextBoolean()) {
            told.run();
        } else {
            world.later(told);
        }
    }
}
