package dev.sluice.engine;

import dev.sluice.broker.kafka.SimTracker;
import dev.sluice.cloudevents.RawEvent;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What outlives every engine of a simulated world: a topic's records, what is stored of their answers and dead letters, and
 * what their group has committed. Breaks the schedule when a position passes what is not done.
 */
final class SimTopic {
    static final int PARTITIONS = 3;

    /** One record and what became of it. */
    static final class Record {
        final CloudEvent event;
        final String key;
        final int partition;
        final long offset;
        final boolean wanted;
        boolean begun;
        boolean deadLetterStored;
        /** Answers of the run that ended well and gave the fewest; -1 when none did. */
        int answersOfWell = -1;
        /** Some reader has noted that it is done. */
        boolean accepted;
        /** A reader was told that a commit which covers it is stored. */
        boolean acknowledged;
        /** A reader ended before it was acknowledged, so that the next one may get it again. */
        boolean mayRepeat;

        Record(CloudEvent event, String key, int partition, long offset, boolean wanted) {
            this.event = event;
            this.key = key;
            this.partition = partition;
            this.offset = offset;
            this.wanted = wanted;
        }

        String id() {
            return event.getId();
        }

        @Override
        public String toString() {
            return id() + " (" + partition + "@" + offset + ")";
        }
    }

    private final SimWorld world;
    private final List<List<Record>> partitions = new ArrayList<>();
    private final Map<String, Record> byId = new HashMap<>();
    private final Set<String> answers = new HashSet<>();
    private final SimTracker.Commit[] committed = new SimTracker.Commit[PARTITIONS];
    private final int[] generation = new int[PARTITIONS];
    final int triesMax;

    SimTopic(SimWorld world, int records, int triesMax) {
        this.world = world;
        this.triesMax = triesMax;
        var ends = new long[PARTITIONS];
        for (var i = 0; i < PARTITIONS; i++) {
            partitions.add(new ArrayList<>());
        }
        for (var i = 0; i < records; i++) {
            var key = world.random.nextInt(5);
            var partition = key == 0 ? world.random.nextInt(PARTITIONS) : key % PARTITIONS;
            // Gaps, as of transactions and compaction.
            var offset = ends[partition] + (world.random.nextInt(4) == 0 ? world.random.nextInt(1_000) : 0);
            ends[partition] = offset + 1;
            var passes = world.random.nextInt(6) != 0;
            var event = SimEngine.event(world, "r" + i, i, passes);
            var record = new Record(
                    event, key == 0 ? null : "key" + key, partition, offset, passes || event instanceof RawEvent);
            partitions.get(partition).add(record);
            byId.put(record.id(), record);
        }
    }

    Record record(String id) {
        return byId.get(id);
    }

    List<Record> records(int partition) {
        return partitions.get(partition);
    }

    void answered(CloudEvent answer) {
        answers.add(answer.getId());
    }

    void buried(CloudEvent letter) {
        record(letter.getId()).deadLetterStored = true;
    }

    /** Whether there is nothing left to do for a record, as a witness of all that is stored would say. */
    boolean isDone(Record record) {
        if (!record.wanted || record.deadLetterStored) {
            return true;
        }
        for (var n = 1; n <= record.answersOfWell; n++) {
            if (!answers.contains(SimFunction.answerId(record.id(), n))) {
                return false;
            }
        }
        return record.answersOfWell >= 0;
    }

    SimTracker.Commit committed(int partition) {
        return committed[partition];
    }

    /**
     * A partition's next owner: whoever had it before commits nothing more, and what that one has not seen acknowledged
     * may come again.
     */
    int nextGeneration(int partition) {
        for (var record : partitions.get(partition)) {
            record.mayRepeat |= !record.acknowledged;
        }
        return ++generation[partition];
    }

    boolean isCurrent(int partition, int of) {
        return generation[partition] == of;
    }

    /** Stores a commit; false when it comes from an owner of before. */
    boolean commit(int partition, int from, SimTracker.Commit commit) {
        if (generation[partition] != from) {
            return false;
        }
        var before = committed[partition];
        world.check(
                before == null || before.position() <= commit.position(),
                () -> "partition " + partition + " goes back from " + before + " to " + commit);
        for (var record : partitions.get(partition)) {
            world.check(!commit.covers(record.offset) || isDone(record), () -> commit + " passes " + record + ": lost");
        }
        committed[partition] = commit;
        return true;
    }

    boolean allDone() {
        return byId.values().stream().allMatch(record -> record.accepted && isDone(record));
    }

    /** Whether every position stands behind the last record. */
    boolean allCommitted() {
        for (var partition = 0; partition < PARTITIONS; partition++) {
            for (var record : partitions.get(partition)) {
                if (committed[partition] == null || committed[partition].position() <= record.offset) {
                    return false;
                }
            }
        }
        return true;
    }

    String open() {
        return byId.values().stream()
                .filter(record -> !record.accepted || !isDone(record))
                .toList()
                .toString();
    }
}
