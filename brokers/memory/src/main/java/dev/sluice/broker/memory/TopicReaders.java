package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import java.util.Arrays;
import java.util.List;

/** Who reads a topic: its groups, its tails, and who reads a part of it. Changed under the topic's lock; woken without it. */
final class TopicReaders {
    private static final int GROUPS_MAX = 1_000;
    private static final int TAILS_MAX = 1_000;
    private static final int READS_MAX = 1_000;

    private final MemoryTopic topic;
    private volatile MemoryGroup[] groups = {};
    private volatile MemoryTail[] tails = {};
    private volatile MemoryRead[] reads = {};

    TopicReaders(MemoryTopic topic) {
        this.topic = topic;
    }

    /** Tells those who read the partition that there may be more. */
    void wake(int partition) {
        for (var group : groups) {
            group.wake(partition);
        }
        for (var tail : tails) {
            tail.wake();
        }
    }

    void wakeAll() {
        for (var group : groups) {
            group.wakeAll();
        }
        for (var tail : tails) {
            tail.wake();
        }
    }

    /** The group of that name; it comes to be if there is none. Under the lock. */
    MemoryGroup group(String name, Start start) {
        topic.requireOpen();
        for (var group : groups) {
            if (group.name.equals(name)) {
                return group;
            }
        }
        requireFewer(groups.length, GROUPS_MAX, "groups");
        var group = new MemoryGroup(topic, name, start);
        var more = Arrays.copyOf(groups, groups.length + 1);
        more[groups.length] = group;
        groups = more;
        var room = topic.room;
        room.readByGroup();
        for (var p = 0; p < room.log.partitions(); p++) {
            room.log.moveFloor(p, Math.min(room.log.floor(p), group.position(p)));
        }
        return group;
    }

    /**
     * A group's position in the partition moved on from where it was; what all are done with may go. Under the lock.
     */
    void positionMoved(int partition, long from) {
        if (from > topic.room.log.floor(partition)) {
            return;
        }
        var floor = Long.MAX_VALUE;
        for (var group : groups) {
            floor = Math.min(floor, group.position(partition));
        }
        if (floor > from) {
            topic.room.floorMoved(partition, floor);
        }
    }

    /** Under the lock. */
    void add(MemoryTail tail) {
        topic.requireOpen();
        requireFewer(tails.length, TAILS_MAX, "watchers");
        var more = Arrays.copyOf(tails, tails.length + 1);
        more[tails.length] = tail;
        tails = more;
    }

    /** Under the lock. */
    void remove(MemoryTail tail) {
        tails = Arrays.stream(tails).filter(t -> t != tail).toArray(MemoryTail[]::new);
    }

    /** Under the lock. */
    void add(MemoryRead read) {
        topic.requireOpen();
        requireFewer(reads.length, READS_MAX, "readings");
        var more = Arrays.copyOf(reads, reads.length + 1);
        more[reads.length] = read;
        reads = more;
    }

    /** Under the lock. */
    void remove(MemoryRead read) {
        reads = Arrays.stream(reads).filter(r -> r != read).toArray(MemoryRead[]::new);
    }

    private void requireFewer(int count, int max, String what) {
        if (count >= max) {
            var why = "topic '" + topic.name + "' has " + max + " " + what + " already";
            throw new BrokerException.Refused(topic.broker.name(), why, null);
        }
    }

    /** Every group's lag. Under the lock. */
    List<Lag> lags() {
        return Arrays.stream(groups).map(MemoryGroup::lag).toList();
    }

    /** Ends every reading. Without the lock. */
    void close(BrokerException why) {
        for (var group : groups) {
            group.close(why);
        }
        for (var tail : tails) {
            tail.fail(why);
        }
        for (var read : reads) {
            read.fail(why);
        }
    }
}
