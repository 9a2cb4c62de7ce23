package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A topic of two partitions with a ledger of what became of each record. Breaks the test as soon as a promise breaks. */
final class SimSource implements EventSource {
    enum State {
        NEW,
        LENT,
        ACCEPTED
    }

    /** One record and what happened to it. */
    static final class Entry {
        final CloudEvent event;
        final String key;
        final int partition;
        final long offset;
        State state = State.NEW;
        boolean wanted;
        int epoch;
        int running;
        int runs;
        /** As far as the source knows; some were begun by earlier readers. */
        int tries;
        /** Tries that the trigger grants. */
        int triesMax;

        boolean endedWell;
        boolean deadLetterStored;
        /** Answers that the last run gave, and how many of its event's are stored. */
        int answers;

        Entry(CloudEvent event, String key, int partition, long offset) {
            this.event = event;
            this.key = key;
            this.partition = partition;
            this.offset = offset;
        }
    }

    static final int PARTITIONS = 2;

    private final SimWorld world;
    private final Predicate<Entry> answersStored;
    private final List<List<Entry>> partitions = new ArrayList<>();
    private final Map<String, Entry> byId = new HashMap<>();
    private final boolean[] paused = new boolean[PARTITIONS];
    private final boolean[] revoking = new boolean[PARTITIONS];
    private final Sinks.Many<Revocation> revocations = Sinks.many().unicast().onBackpressureBuffer();
    private CoreSubscriber<? super Delivery> subscriber;
    private long demand;
    private int accepted;
    boolean cancelled;

    /** @param answersStored whether all answers of an event's last run are stored */
    SimSource(SimWorld world, Predicate<Entry> answersStored) {
        this.world = world;
        this.answersStored = answersStored;
        for (var i = 0; i < PARTITIONS; i++) {
            partitions.add(new ArrayList<>());
        }
        world.add(this::emit);
    }

    Entry add(CloudEvent event, String key, int partition) {
        var records = partitions.get(partition);
        var entry = new Entry(event, key, partition, records.size());
        records.add(entry);
        byId.put(event.getId(), entry);
        return entry;
    }

    Entry entry(String id) {
        return byId.get(id);
    }

    List<Entry> entries(int partition) {
        return partitions.get(partition);
    }

    boolean allAccepted() {
        return accepted == byId.size();
    }

    boolean noneLent() {
        return byId.values().stream().noneMatch(entry -> entry.state == State.LENT);
    }

    String open() {
        return byId.values().stream()
                .filter(entry -> entry.state != State.ACCEPTED)
                .map(entry -> entry.event.getId() + " " + entry.state + " runs " + entry.runs)
                .toList()
                .toString();
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
                        world.check(n > 0, () -> "requested " + n);
                        demand += n;
                    }

                    @Override
                    public void cancel() {
                        cancelled = true;
                        demand = 0;
                        for (var p = 0; p < PARTITIONS; p++) {
                            giveBackAll(p);
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

    /** Delivers the next record of some partition, if there is demand and one is new. */
    boolean emit() {
        if (demand == 0 || cancelled) {
            return false;
        }
        var first = world.random.nextInt(PARTITIONS);
        for (var i = 0; i < PARTITIONS; i++) {
            var partition = (first + i) % PARTITIONS;
            var entry = paused[partition] || revoking[partition] ? null : next(partition);
            if (entry != null) {
                demand--;
                entry.state = State.LENT;
                subscriber.onNext(new Lent(entry, entry.epoch));
                return true;
            }
        }
        return false;
    }

    private Entry next(int partition) {
        for (var entry : partitions.get(partition)) {
            if (entry.state == State.NEW) {
                return entry;
            }
        }
        return null;
    }

    /** The group takes a partition away and gives it back to this member once it is done with it. */
    void revokeSome() {
        var partition = world.random.nextInt(PARTITIONS);
        if (revoking[partition] || cancelled || subscriber == null) {
            return;
        }
        revoking[partition] = true;
        paused[partition] = false;
        revocations.tryEmitNext(new Revocation() {
            private boolean done;

            @Override
            public int partition() {
                return partition;
            }

            @Override
            public void done() {
                if (!done) {
                    done = true;
                    giveBackAll(partition);
                    revoking[partition] = false;
                }
            }
        });
    }

    private void giveBackAll(int partition) {
        for (var entry : partitions.get(partition)) {
            if (entry.state == State.LENT) {
                entry.state = State.NEW;
                entry.epoch++;
            }
        }
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

    private final class Lent implements Delivery {
        private final Entry entry;
        private final int epoch;

        Lent(Entry entry, int epoch) {
            this.entry = entry;
            this.epoch = epoch;
        }

        @Override
        public CloudEvent event() {
            return entry.event;
        }

        @Override
        public String key() {
            return entry.key;
        }

        @Override
        public int partition() {
            return entry.partition;
        }

        @Override
        public long offset() {
            return entry.offset;
        }

        @Override
        public int sizeBytes() {
            return 100;
        }

        @Override
        public int triesBefore() {
            return entry.tries;
        }

        @Override
        public void triesBegun(int tries) {
            if (entry.epoch != epoch) {
                return;
            }
            world.check(
                    Math.abs(tries - entry.tries) == 1 && tries <= entry.triesMax,
                    () -> entry.event.getId() + " has begun " + tries + " tries after " + entry.tries + " of at most "
                            + entry.triesMax);
            entry.tries = tries;
        }

        @Override
        public Mono<Void> accept() {
            return SimMono.of(world, this::recorded);
        }

        private void recorded() {
            if (entry.epoch != epoch || entry.state == State.ACCEPTED) {
                return;
            }
            world.check(entry.state == State.LENT, () -> entry.event.getId() + " was accepted while " + entry.state);
            world.check(
                    !entry.wanted || entry.endedWell || entry.deadLetterStored,
                    () -> entry.event.getId() + " was accepted, but neither done nor a dead letter: lost");
            world.check(
                    !entry.wanted || entry.deadLetterStored || answersStored.test(entry),
                    () -> entry.event.getId() + " was accepted before its answers were stored");
            entry.state = State.ACCEPTED;
            accepted++;
        }

        @Override
        public void release() {
            if (entry.epoch == epoch && entry.state == State.LENT) {
                entry.state = State.NEW;
                entry.epoch++;
            }
        }
    }
}
