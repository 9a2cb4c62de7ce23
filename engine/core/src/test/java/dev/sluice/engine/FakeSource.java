package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A topic that lends the events offered to it, in order and on demand, and remembers how each was settled. */
final class FakeSource implements EventSource {
    enum State {
        OFFERED,
        LENT,
        ACCEPTED,
        RELEASED
    }

    final Sinks.Many<Revocation> revocations = Sinks.many().unicast().onBackpressureBuffer();

    private final List<Lent> offered = new ArrayList<>();
    private final List<Lent> all = new ArrayList<>();
    private final Set<Integer> paused = new HashSet<>();
    private CoreSubscriber<? super Delivery> subscriber;
    private long demand;
    private int sizeBytes = 100;
    private boolean cancelled;

    /** What every event offered from now on says that it holds. */
    FakeSource sizeBytes(int bytes) {
        sizeBytes = bytes;
        return this;
    }

    Lent offer(String id) {
        return offer(id, null, 0);
    }

    Lent offer(String id, String key) {
        return offer(id, key, 0);
    }

    Lent offer(String id, String key, int partition) {
        return offer(Fixtures.event(id), key, partition);
    }

    Lent offer(CloudEvent event, String key, int partition) {
        return offer(event, key, partition, 0);
    }

    /** An event that earlier readers have begun that often. */
    synchronized Lent offer(CloudEvent event, String key, int partition, int triesBefore) {
        var lent = new Lent(event, key, partition, all.size(), sizeBytes);
        lent.tries = triesBefore;
        all.add(lent);
        offered.add(lent);
        emit();
        return lent;
    }

    private synchronized void emit() {
        for (var i = 0; i < offered.size() && demand > 0 && subscriber != null; ) {
            var next = offered.get(i);
            if (paused.contains(next.partition)) {
                i++;
                continue;
            }
            offered.remove(i);
            demand--;
            next.state = State.LENT;
            subscriber.onNext(next);
        }
    }

    /** What was requested and has not been delivered. */
    synchronized long demand() {
        return demand;
    }

    synchronized Set<Integer> paused() {
        return Set.copyOf(paused);
    }

    synchronized boolean cancelled() {
        return cancelled;
    }

    synchronized long count(State state) {
        return all.stream().filter(each -> each.state == state).count();
    }

    /** Takes the partition away; {@code done} counts the holder's answer. */
    void revoke(int partition, Runnable done) {
        revoke(partition, Duration.ofSeconds(4), done);
    }

    void revoke(int partition, Duration limit, Runnable done) {
        revocations.tryEmitNext(new Revocation() {
            @Override
            public int partition() {
                return partition;
            }

            @Override
            public Duration limit() {
                return limit;
            }

            @Override
            public void done() {
                done.run();
            }
        });
    }

    @Override
    public Flux<Delivery> receive() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Delivery> joined) {
                subscriber = joined;
                joined.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        synchronized (FakeSource.this) {
                            demand += n;
                            emit();
                        }
                    }

                    @Override
                    public void cancel() {
                        synchronized (FakeSource.this) {
                            cancelled = true;
                            demand = 0;
                        }
                    }
                });
            }
        };
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    @Override
    public synchronized void pause(int partition) {
        paused.add(partition);
    }

    @Override
    public synchronized void resume(int partition) {
        paused.remove(partition);
        emit();
    }

    @Override
    public Lag lag() {
        return new Lag("topic", "group", List.of());
    }

    /** One event on loan. */
    static final class Lent implements Delivery {
        /** How often its acceptance still fails. */
        final AtomicInteger acceptFailures = new AtomicInteger();

        final AtomicInteger accepts = new AtomicInteger();
        /** Tries begun, as far as the source knows. */
        volatile int tries;

        private final CloudEvent event;
        private final String key;
        private final int partition;
        private final long offset;
        private final int sizeBytes;
        private volatile State state = State.OFFERED;

        Lent(CloudEvent event, String key, int partition, long offset, int sizeBytes) {
            this.event = event;
            this.key = key;
            this.partition = partition;
            this.offset = offset;
            this.sizeBytes = sizeBytes;
        }

        State state() {
            return state;
        }

        boolean accepted() {
            return state == State.ACCEPTED;
        }

        @Override
        public CloudEvent event() {
            return event;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public int partition() {
            return partition;
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public int triesBefore() {
            return tries;
        }

        @Override
        public void triesBegun(int begun) {
            tries = begun;
        }

        @Override
        public int sizeBytes() {
            return sizeBytes;
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(() -> {
                accepts.incrementAndGet();
                if (acceptFailures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    throw new IllegalStateException("not recorded");
                }
                state = State.ACCEPTED;
            });
        }

        @Override
        public void release() {
            if (state != State.ACCEPTED) {
                state = State.RELEASED;
            }
        }
    }
}
