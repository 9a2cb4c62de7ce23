package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** One engine's membership in the group of a {@link SimTopic}: reads what it is given, on demand, and commits. */
final class SimMember implements EventSource {
    private final SimWorld world;
    private final SimTopic topic;
    private final SimReading[] readings = new SimReading[SimTopic.PARTITIONS];
    private final boolean[] paused = new boolean[SimTopic.PARTITIONS];
    /** Partitions that are being given up, or were lost and whose holder is not done with them. */
    private final boolean[] leaving = new boolean[SimTopic.PARTITIONS];

    private final Sinks.Many<Revocation> revocations = Sinks.many().unicast().onBackpressureBuffer();
    private final BooleanSupplier emitting = this::emit;
    private CoreSubscriber<? super Delivery> subscriber;
    private long demand;
    private boolean gone;
    int repeats;

    SimMember(SimWorld world, SimTopic topic) {
        this.world = world;
        this.topic = topic;
        world.add(emitting);
    }

    // ---- the group

    /** Takes the partition over, if it can. */
    boolean assign(int partition) {
        if (gone || leaving[partition] || readings[partition] != null) {
            return false;
        }
        readings[partition] = new SimReading(world, topic, partition);
        return true;
    }

    /** The partition is asked back; {@code given} is told once it is free. */
    void revoke(int partition, Runnable given) {
        var reading = readings[partition];
        if (gone || reading == null || !reading.isReading()) {
            return;
        }
        reading.leave();
        leaving[partition] = true;
        ask(partition, Duration.ofMillis(world.random.nextInt(200)), () -> {
            reading.commitAndEnd();
            forget(reading);
            given.run();
        });
    }

    /** The partition is someone else's, as this member is told now; {@code heard} is told when it has let go of it. */
    void lose(int partition, Runnable heard) {
        var reading = readings[partition];
        if (gone || reading == null || !reading.isReading()) {
            return;
        }
        reading.end();
        forget(reading);
        leaving[partition] = true;
        ask(partition, Duration.ZERO, heard);
    }

    private void ask(int partition, Duration limit, Runnable then) {
        revocations.tryEmitNext(new Revocation() {
            private boolean done;

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
                if (!done) {
                    done = true;
                    leaving[partition] = false;
                    then.run();
                }
            }
        });
    }

    private void forget(SimReading reading) {
        repeats += reading.repeats;
        reading.repeats = 0;
        if (readings[reading.partition] == reading) {
            readings[reading.partition] = null;
        }
    }

    boolean reads(int partition) {
        return readings[partition] != null && readings[partition].isReading();
    }

    /** The process is gone, with all it has not committed. */
    void kill() {
        for (var reading : readings) {
            if (reading != null) {
                reading.end();
                forget(reading);
            }
        }
        go();
    }

    private void go() {
        gone = true;
        demand = 0;
        world.remove(emitting);
    }

    boolean isGone() {
        return gone;
    }

    void commit(int partition) {
        if (readings[partition] != null) {
            readings[partition].commit();
        }
    }

    /** Delivers the next record of some partition, if there is demand and one is there. */
    private boolean emit() {
        if (demand == 0) {
            return false;
        }
        var first = world.random.nextInt(SimTopic.PARTITIONS);
        for (var i = 0; i < SimTopic.PARTITIONS; i++) {
            var partition = (first + i) % SimTopic.PARTITIONS;
            var reading = readings[partition];
            var delivery = reading == null || paused[partition] ? null : reading.next();
            if (delivery != null) {
                demand--;
                subscriber.onNext(delivery);
                return true;
            }
        }
        return false;
    }

    // ---- the engine

    @Override
    public Flux<Delivery> receive() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Delivery> joined) {
                subscriber = joined;
                joined.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        world.check(n > 0, () -> "requested " + n);
                        demand += gone ? 0 : n;
                    }

                    @Override
                    public void cancel() {
                        leaveGroup();
                    }
                });
            }
        };
    }

    private void leaveGroup() {
        if (gone) {
            return;
        }
        for (var reading : readings) {
            if (reading != null) {
                reading.commitAndEnd();
                forget(reading);
            }
        }
        go();
    }

    @Override
    public Flux<Revocation> revocations() {
        return revocations.asFlux();
    }

    @Override
    public void pause(int partition) {
        paused[partition] = true;
    }

    @Override
    public void resume(int partition) {
        paused[partition] = false;
    }

    @Override
    public Lag lag() {
        return new Lag("sim", "sim", List.of());
    }
}
