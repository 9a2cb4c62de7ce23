package dev.sluice.trigger.topic;

import dev.sluice.broker.EventSource;
import dev.sluice.broker.EventSource.Revocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Passes each revocation to all triggers that listen; it is done when the last of them says so. The source is listened
 * to while at least one trigger does.
 */
final class SharedRevocations {
    private final EventSource source;
    private final IntConsumer whenDone;
    private final List<Listener> listeners = new ArrayList<>();
    private @Nullable Listening listening;

    /** @param whenDone is told each partition before the source is told that it is done */
    SharedRevocations(EventSource source, IntConsumer whenDone) {
        this.source = source;
        this.whenDone = whenDone;
    }

    /**
     * One trigger's part. What its subscriber has not asked for yet is kept: at most one entry per partition, since
     * none is taken away again before it was done.
     */
    Flux<Revocation> ofMember() {
        return Flux.create(this::listen, FluxSink.OverflowStrategy.BUFFER);
    }

    private void listen(FluxSink<Revocation> sink) {
        var listener = new Listener(sink);
        sink.onDispose(() -> leave(listener));
        Listening first = null;
        synchronized (this) {
            listeners.add(listener);
            if (listening == null) {
                first = new Listening();
                listening = first;
            }
        }
        if (first != null) {
            source.revocations().subscribe(first);
        }
    }

    private void leave(Listener listener) {
        Listening last = null;
        synchronized (this) {
            listeners.remove(listener);
            if (listeners.isEmpty()) {
                last = listening;
                listening = null;
            }
        }
        if (last != null) {
            last.cancel();
        }
        listener.leave();
    }

    private synchronized List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    private final class Listening extends BaseSubscriber<Revocation> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        protected void hookOnNext(Revocation revocation) {
            var to = listeners();
            // Counted once more than there are triggers, so that it is not done before all were told.
            var shared = new Shared(revocation, to.size() + 1);
            to.forEach(listener -> listener.tell(new Share(shared, listener)));
            shared.oneDone();
        }

        @Override
        protected void hookOnError(Throwable error) {
            listeners().forEach(listener -> listener.sink.error(error));
        }

        @Override
        protected void hookOnComplete() {
            listeners().forEach(listener -> listener.sink.complete());
        }
    }

    /** One trigger's subscription. When it ends, what it was told counts as done: it holds nothing any more. */
    private static final class Listener {
        private final FluxSink<Revocation> sink;
        private final Set<Share> undone = new HashSet<>();
        private boolean left;

        Listener(FluxSink<Revocation> sink) {
            this.sink = sink;
        }

        void tell(Share share) {
            synchronized (this) {
                if (!left) {
                    undone.add(share);
                }
            }
            if (sink.isCancelled()) {
                share.done();
            } else {
                sink.next(share);
            }
        }

        synchronized void forget(Share share) {
            undone.remove(share);
        }

        void leave() {
            List<Share> rest;
            synchronized (this) {
                left = true;
                rest = List.copyOf(undone);
            }
            rest.forEach(Share::done);
        }
    }

    private final class Shared {
        private final Revocation upstream;
        private final AtomicInteger missing;

        Shared(Revocation upstream, int missing) {
            this.upstream = upstream;
            this.missing = new AtomicInteger(missing);
        }

        void oneDone() {
            if (missing.decrementAndGet() == 0) {
                whenDone.accept(upstream.partition());
                upstream.done();
            }
        }
    }

    private static final class Share implements Revocation {
        private final Shared shared;
        private final Listener listener;
        private final AtomicBoolean done = new AtomicBoolean();

        Share(Shared shared, Listener listener) {
            this.shared = shared;
            this.listener = listener;
        }

        @Override
        public int partition() {
            return shared.upstream.partition();
        }

        @Override
        public Duration limit() {
            return shared.upstream.limit();
        }

        @Override
        public void done() {
            if (done.compareAndSet(false, true)) {
                listener.forget(this);
                shared.oneDone();
            }
        }
    }
}
