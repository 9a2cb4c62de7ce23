package dev.sluice.deadletters;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Stored events as a source without a group: each is lent once, on demand, and no position moves. It keeps account of
 * what is settled; its memory is bounded by what is lent. Safe for several threads.
 */
final class PastEvents implements EventSource {
    private static final int OVERHEAD = 500;

    private final String topic;
    private final Flux<StoredEvent> events;
    private final long limit;
    private final Runnable settled;
    private final Sinks.Empty<Void> ended = Sinks.empty();
    private final Map<Integer, Reading> readings = new TreeMap<>();
    private final Set<Integer> paused = new HashSet<>();
    private @Nullable Subscription upstream;
    private long requested;
    private long open;
    private long givenBack;
    private boolean allRead;
    private boolean allLent;

    /**
     * @param events what there is, each partition in order
     * @param limit so many of these are lent
     * @param settled told of each event that is done
     */
    PastEvents(String topic, Flux<StoredEvent> events, long limit, Runnable settled) {
        this.topic = topic;
        this.events = events;
        this.limit = limit;
        this.settled = settled;
    }

    /** How far a partition is. */
    private static final class Reading {
        private final TreeSet<Long> unsettled = new TreeSet<>();
        private long next;
    }

    /** Its reader left it before all was done. */
    static final class Left extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Left() {
            super("the trigger took no more events", null, false, false);
        }
    }

    /** Completes once all was lent and settled; errors as the reading does, or with {@link Left}. */
    Mono<Void> ended() {
        return ended.asMono();
    }

    /** Events that were given back, and are not settled. */
    synchronized long givenBack() {
        return givenBack;
    }

    /**
     * Where each partition goes on of which something was lent: its first event that is not settled, else what follows
     * the last one that was lent, unless all was read.
     */
    synchronized List<String> next() {
        var places = new ArrayList<String>();
        readings.forEach((partition, reading) -> {
            if (!reading.unsettled.isEmpty()) {
                places.add(partition + ":" + reading.unsettled.first());
            } else if (!allRead) {
                places.add(partition + ":" + reading.next);
            }
        });
        return places;
    }

    @Override
    public Flux<Delivery> receive() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Delivery> subscriber) {
                // Behind the limit it would be complete before all is read.
                events.doOnComplete(PastEvents.this::read).take(limit).subscribe(new Lending(subscriber));
            }
        };
    }

    @Override
    public Flux<Revocation> revocations() {
        return Flux.never();
    }

    /** Holds all partitions back that were not requested yet: they are read as one. */
    @Override
    public synchronized void pause(int partition) {
        paused.add(partition);
    }

    @Override
    public void resume(int partition) {
        Subscription from;
        long more;
        synchronized (this) {
            paused.remove(partition);
            from = upstream;
            more = paused.isEmpty() ? requested : 0;
            requested -= more;
        }
        if (from != null && more > 0) {
            from.request(more);
        }
    }

    /** There is no group that could lag. */
    @Override
    public Lag lag() {
        return new Lag(topic, "", List.of());
    }

    private synchronized Delivery lend(StoredEvent event) {
        var reading = readings.computeIfAbsent(event.partition(), partition -> new Reading());
        reading.unsettled.add(event.offset());
        reading.next = event.offset() + 1;
        open++;
        return new Lent(event);
    }

    private synchronized void read() {
        allRead = true;
    }

    private void lentAll() {
        boolean all;
        synchronized (this) {
            allLent = true;
            all = open == 0;
        }
        if (all) {
            ended.tryEmitEmpty();
        }
    }

    private void settle(StoredEvent event) {
        boolean all;
        synchronized (this) {
            var reading = readings.get(event.partition());
            if (reading == null || !reading.unsettled.remove(event.offset())) {
                return;
            }
            open--;
            all = allLent && open == 0;
        }
        settled.run();
        if (all) {
            ended.tryEmitEmpty();
        }
    }

    private synchronized void giveBack() {
        givenBack++;
    }

    /** What passes events on, and requests while nothing is paused. */
    private final class Lending implements CoreSubscriber<StoredEvent>, Subscription {
        private final CoreSubscriber<? super Delivery> subscriber;

        private Lending(CoreSubscriber<? super Delivery> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            synchronized (PastEvents.this) {
                upstream = subscription;
            }
            subscriber.onSubscribe(this);
        }

        @Override
        public void onNext(StoredEvent event) {
            subscriber.onNext(lend(event));
        }

        @Override
        public void onError(Throwable error) {
            ended.tryEmitError(error);
        }

        /** The subscriber is not told: it would take that for a fault. */
        @Override
        public void onComplete() {
            lentAll();
        }

        @Override
        public void request(long n) {
            Subscription from;
            synchronized (PastEvents.this) {
                from = paused.isEmpty() ? upstream : null;
                requested += from == null ? n : 0;
            }
            if (from != null) {
                from.request(n);
            }
        }

        @Override
        public void cancel() {
            Subscription from;
            synchronized (PastEvents.this) {
                from = upstream;
            }
            if (from != null) {
                from.cancel();
            }
            ended.tryEmitError(new Left());
        }
    }

    private final class Lent implements Delivery {
        private final StoredEvent stored;

        private Lent(StoredEvent stored) {
            this.stored = stored;
        }

        @Override
        public CloudEvent event() {
            return stored.event();
        }

        @Override
        public @Nullable String key() {
            return stored.key();
        }

        @Override
        public int partition() {
            return stored.partition();
        }

        @Override
        public long offset() {
            return stored.offset();
        }

        @Override
        public int sizeBytes() {
            return WireEvent.sizeOf(stored.event()) + OVERHEAD;
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(() -> settle(stored));
        }

        @Override
        public void release() {
            giveBack();
        }
    }
}
