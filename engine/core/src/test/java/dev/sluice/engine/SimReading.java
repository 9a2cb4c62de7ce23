package dev.sluice.engine;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.kafka.SimTracker;
import io.cloudevents.CloudEvent;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import reactor.core.publisher.Mono;

/**
 * A member's reading of one partition, from its assignment until it is taken away or the process ends: an epoch, as the
 * Kafka broker's {@code PartitionReading} is one. The bookkeeping of its offsets is the real one.
 */
final class SimReading {
    private static final int POLL_MAX = 4;

    private enum State {
        READING,
        LEAVING,
        ENDED
    }

    final int partition;
    private final SimWorld world;
    private final SimTopic topic;
    private final int generation;
    private final SimTracker tracker;
    private final ArrayDeque<SimTopic.Record> backlog = new ArrayDeque<>();
    private final PriorityQueue<SimTopic.Record> returned =
            new PriorityQueue<>(Comparator.comparingLong(record -> record.offset));
    private State state = State.READING;
    private boolean deathsUnstored;
    private boolean commitUnderWay;
    /** What the commit under way does at the broker, as long as it has not. */
    private Runnable atBroker = () -> {};

    private int fetched;
    private int lent;
    /** Records that came again although they were done. */
    int repeats;

    SimReading(SimWorld world, SimTopic topic, int partition) {
        this.world = world;
        this.topic = topic;
        this.partition = partition;
        generation = topic.nextGeneration(partition);
        tracker = new SimTracker(topic.committed(partition), 2 + world.random.nextInt(8));
        var records = topic.records(partition);
        while (fetched < records.size() && records.get(fetched).offset < tracker.next()) {
            fetched++;
        }
    }

    boolean isReading() {
        return state == State.READING;
    }

    /** What is to be lent next; null when nothing is, or may be. */
    Delivery next() {
        if (state != State.READING) {
            return null;
        }
        if (backlog.isEmpty() && returned.isEmpty()) {
            fetch();
        }
        if (deathsUnstored) {
            commit();
            return null;
        }
        var record = returned.isEmpty() ? backlog.pollFirst() : returned.poll();
        if (record == null) {
            return null;
        }
        // One that was lost unasked, and does not know it yet, lends what its successor may have done.
        world.check(
                !record.accepted || record.mayRepeat || !topic.isCurrent(partition, generation),
                () -> record + " comes again, which an acknowledged commit of " + topic.committed(partition)
                        + " covers");
        repeats += record.accepted ? 1 : 0;
        lent++;
        return new Lent(record);
    }

    private void fetch() {
        var records = topic.records(partition);
        if (!tracker.hasRoom(POLL_MAX)) {
            return;
        }
        for (var more = 1 + world.random.nextInt(POLL_MAX); more > 0 && fetched < records.size(); more--) {
            var record = records.get(fetched++);
            if (!tracker.isDone(record.offset)) {
                deathsUnstored |= tracker.delivered(record.offset);
                backlog.add(record);
            }
            tracker.passed(record.offset + 1);
        }
    }

    /** Commits what is done, as every now and then; not while the last commit is under way, which it could overtake. */
    void commit() {
        if (commitUnderWay || state == State.ENDED) {
            return;
        }
        commitUnderWay = true;
        var storesDeaths = deathsUnstored;
        var commit = tracker.snapshot(lent == 0);
        if (world.fault(6)) {
            world.later(() -> commitUnderWay = false);
        } else if (world.fault(6)) {
            topic.commit(partition, generation, commit);
            world.later(() -> commitUnderWay = false);
        } else {
            atBroker = () -> {
                atBroker = () -> {};
                var stored = topic.commit(partition, generation, commit);
                world.later(() -> {
                    commitUnderWay = false;
                    if (stored) {
                        acknowledged(commit);
                        deathsUnstored &= !storesDeaths;
                    }
                });
            };
            world.later(() -> atBroker.run());
        }
    }

    private void acknowledged(SimTracker.Commit commit) {
        if (state == State.ENDED) {
            return;
        }
        for (var record : topic.records(partition)) {
            record.acknowledged |= commit.covers(record.offset);
        }
    }

    /** Lends nothing more; what is lent can still be settled. */
    void leave() {
        state = State.LEAVING;
        backlog.clear();
        returned.clear();
    }

    /** Commits for the last time and waits for it, then ends. */
    void commitAndEnd() {
        if (state == State.ENDED) {
            return;
        }
        // Commits of one connection arrive in their order.
        atBroker.run();
        var commit = tracker.snapshot(true);
        if (world.fault(6)) {
            topic.commit(partition, generation, commit);
        } else if (!world.fault(6) && topic.commit(partition, generation, commit)) {
            acknowledged(commit);
        }
        end();
    }

    /** What is settled from now on has no effect. */
    void end() {
        if (state != State.ENDED) {
            leave();
            state = State.ENDED;
        }
    }

    private final class Lent implements Delivery {
        private final SimTopic.Record record;
        private final int triesBefore;
        private boolean settled;

        Lent(SimTopic.Record record) {
            this.record = record;
            triesBefore = tracker.tries(record.offset);
        }

        @Override
        public CloudEvent event() {
            return record.event;
        }

        @Override
        public String key() {
            return record.key;
        }

        @Override
        public int partition() {
            return partition;
        }

        @Override
        public long offset() {
            return record.offset;
        }

        @Override
        public int sizeBytes() {
            return 100;
        }

        @Override
        public int triesBefore() {
            return triesBefore;
        }

        @Override
        public void triesBegun(int tries) {
            world.check(tries <= topic.triesMax, () -> record + " has begun " + tries + " tries of " + topic.triesMax);
            if (state != State.ENDED) {
                tracker.tries(record.offset, tries);
            }
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(this::noted);
        }

        private void noted() {
            if (settled || state == State.ENDED) {
                return;
            }
            world.check(topic.isDone(record), () -> record + " was accepted, but neither done nor a dead letter: lost");
            settled = true;
            lent--;
            if (topic.isCurrent(partition, generation)) {
                record.accepted = true;
                record.mayRepeat = false;
            }
            tracker.done(record.offset);
        }

        @Override
        public void release() {
            if (settled) {
                return;
            }
            settled = true;
            lent--;
            if (state == State.READING) {
                returned.add(record);
            }
        }
    }
}
