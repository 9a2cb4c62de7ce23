package dev.sluice.broker.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A simulated process that reads some partitions, dies whenever it runs a killer to some point, and is started again
 * from what is stored, until all events are settled. Each step is one of: a poll, an event handed out, a step of a
 * running event, a commit that is stored some steps after its snapshot was taken.
 */
final class SuspectSimulation {
    private static final int OPEN_MAX = 500;
    private static final int POLL = 50;
    private static final int RESTARTS_MAX = 1_000;

    private final long seed;
    private final SplittableRandom random;
    private int partitionCount = 1;
    private int records;
    private int killers;
    private int kills;
    private int retry;
    private int restarts;
    private boolean died;
    private final List<Partition> partitions = new ArrayList<>();

    private SuspectSimulation(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    static SuspectSimulation of(long seed) {
        return new SuspectSimulation(seed);
    }

    SuspectSimulation partitions(int count) {
        partitionCount = count;
        return this;
    }

    /** Events per partition. */
    SuspectSimulation records(int count) {
        records = count;
        return this;
    }

    SuspectSimulation killers(int count) {
        killers = count;
        return this;
    }

    /** How often the process is killed by somebody else. */
    SuspectSimulation kills(int count) {
        kills = count;
        return this;
    }

    SuspectSimulation retry(int retries) {
        retry = retries;
        return this;
    }

    /** Runs until all is settled; how often the process was started again. */
    int run() {
        for (var i = 0; i < partitionCount; i++) {
            partitions.add(new Partition());
        }
        for (var i = 0; i < killers; i++) {
            var partition = partitions.get(random.nextInt(partitionCount));
            partition.kills[random.nextInt(records)] = true;
        }
        partitions.forEach(Partition::start);
        while (!partitions.stream().allMatch(Partition::isSettled)) {
            step();
            if (died || (kills > 0 && random.nextInt(200) == 0)) {
                kills -= died ? 0 : 1;
                died = false;
                require(++restarts < RESTARTS_MAX, "is started again and again");
                partitions.forEach(Partition::start);
            }
        }
        partitions.forEach(Partition::checkEnd);
        return restarts;
    }

    private void step() {
        var partition = partitions.get(random.nextInt(partitionCount));
        switch (random.nextInt(8)) {
            case 0 -> partition.poll();
            case 1, 2, 3 -> partition.lend();
            case 4 -> partition.commit();
            default -> partition.work();
        }
    }

    private void require(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError("seed " + seed + ": " + otherwise);
        }
    }

    /** Whether a partition may be run: those that run suspects alone come first, one after another. */
    private boolean mayRun(Partition one) {
        for (var other : partitions) {
            if (other.rule.mode() == SuspectRule.Mode.ALONE) {
                return one == other;
            }
        }
        return true;
    }

    private final class Running extends OpenOffset {
        final int number;
        int stepsLeft = 1 + random.nextInt(8);
        int triesBefore;

        Running(long offset, int number) {
            super(offset);
            this.number = number;
        }
    }

    private final class Partition {
        final long[] offsets = new long[records];
        final boolean[] kills = new boolean[records];
        final boolean[] ended = new boolean[records];
        final boolean[] givenUp = new boolean[records];
        CommitMetadata stored;
        CommitMetadata onItsWay;
        OffsetTracker tracker;
        SuspectRule rule;
        final List<Running> backlog = new ArrayList<>();
        final List<Running> running = new ArrayList<>();
        /** Whether what is running has been counted before. */
        boolean counted;

        Partition() {
            var sparse = random.nextInt(3);
            var offset = 0L;
            for (var i = 0; i < records; i++) {
                offset += sparse == 0 ? 1 : 1 + random.nextInt(sparse == 1 ? 5 : 1_000_000);
                offsets[i] = offset;
            }
            stored = new OffsetTracker(0, null, 1, OPEN_MAX).snapshot(true);
        }

        /** A new process takes the partition over. */
        void start() {
            if (onItsWay != null && random.nextBoolean()) {
                stored = onItsWay;
            }
            onItsWay = null;
            backlog.clear();
            running.clear();
            counted = false;
            tracker = new OffsetTracker(stored.position(), stored, 1, OPEN_MAX);
            rule = new SuspectRule(tracker, OPEN_MAX);
            if (!stored.clean()) {
                tracker.countDeath();
            }
            stored = tracker.snapshot(false);
        }

        void poll() {
            if (!tracker.hasRoom(POLL) || backlog.size() > POLL) {
                return;
            }
            var left = 1 + random.nextInt(POLL);
            for (var number = 0; number < records && left > 0; number++) {
                if (offsets[number] >= tracker.next() && !tracker.isDone(offsets[number])) {
                    var record = new Running(offsets[number], number);
                    tracker.delivered(record);
                    record.triesBefore = record.tries();
                    backlog.add(record);
                    left--;
                }
            }
            if (backlog.stream().anyMatch(record -> record.deaths > 0)) {
                store(tracker.snapshot(counted));
            }
        }

        void lend() {
            var mode = rule.mode();
            if (backlog.isEmpty() || running.size() >= mode.lentMax || !mayRun(this)) {
                return;
            }
            if (mode == SuspectRule.Mode.ALONE) {
                if (!nothingRuns()) {
                    return;
                }
                counted = true;
                backlog.get(0).tries(backlog.get(0).tries() + 1);
                store(tracker.snapshot(true));
            } else if (counted) {
                counted = false;
                store(tracker.snapshot(false));
            }
            begin(backlog.remove(0));
        }

        private boolean nothingRuns() {
            return partitions.stream().allMatch(one -> one.running.isEmpty());
        }

        private void begin(Running record) {
            if (record.triesBefore > retry) {
                givenUp[record.number] = true;
                tracker.done(record);
                return;
            }
            running.add(record);
            tracker.tries(record, record.triesBefore + 1);
        }

        void work() {
            if (running.isEmpty()) {
                return;
            }
            var record = running.get(random.nextInt(running.size()));
            if (--record.stepsLeft > 0) {
                return;
            }
            if (kills[record.number]) {
                died = true;
                return;
            }
            ended[record.number] = true;
            tracker.done(record);
            running.remove(record);
        }

        void commit() {
            if (onItsWay != null) {
                stored = onItsWay;
                onItsWay = null;
            } else {
                onItsWay = tracker.snapshot(counted);
            }
        }

        /** Stores it and waits for that. */
        private void store(CommitMetadata metadata) {
            onItsWay = null;
            var text = metadata.encode();
            stored = ((CommitMetadata.Usable) CommitMetadata.decode(text, metadata.position())).metadata();
        }

        boolean isSettled() {
            for (var i = 0; i < records; i++) {
                if (!ended[i] && !givenUp[i]) {
                    return false;
                }
            }
            return true;
        }

        void checkEnd() {
            for (var i = 0; i < records; i++) {
                require(kills[i] == givenUp[i], "event " + i + (kills[i] ? " was not" : " was") + " given up");
                require(kills[i] != ended[i], "event " + i + " ended");
            }
        }
    }
}
