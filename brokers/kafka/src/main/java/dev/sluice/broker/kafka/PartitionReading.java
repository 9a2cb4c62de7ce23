package dev.sluice.broker.kafka;

import dev.sluice.broker.Delivery;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A member's reading of one partition from one position on, until the partition is taken away or its position is moved:
 * an epoch. What comes of its records afterwards has no effect.
 *
 * <pre>
 * READING ──revoke──► LEAVING ──end──► ENDED       READING: delivers. LEAVING: delivers nothing, takes what is settled.
 *    └──────────────── end ─────────────▲          ENDED: takes nothing; position and metadata are final.
 * </pre>
 *
 * <p>The backlog holds what was fetched and not delivered, in the order of offsets; what was released is lent again
 * before it, so that it holds back what comes behind. Both are guarded by this object's lock, which is held for some
 * moves at a time by the poll thread, which puts in and drops, and by whoever delivers, which takes out. Settling
 * takes no lock. What is settled while the epoch ends may be recorded or not; recorded or not, it comes again at most.
 */
final class PartitionReading {
    /** So many settled records of a full partition make room that is worth a wake-up. */
    private static final int ROOM_WORTH = 64;

    private enum State {
        READING,
        LEAVING,
        ENDED
    }

    final OwnedPartition partition;
    /** The poll thread's, but for its methods that come from anywhere. */
    final OffsetTracker tracker;
    /** What all commits of it carry beside the tracker's metadata. */
    final Birth birth;
    /** The position that it began at. */
    final long first;
    /** Whether the group had no position before. */
    final boolean begins;

    private final KafkaMember member;
    private final ArrayDeque<KafkaDelivery> backlog = new ArrayDeque<>();
    private final PriorityQueue<Redelivery> returned =
            new PriorityQueue<>(Comparator.comparingLong(Redelivery::offset));
    private volatile State state = State.READING;
    private volatile boolean paused;
    /** Changes when what was taken out may have to be put back. */
    private volatile int disturbances;
    /** Whether there is something to take; may say so too often. */
    private volatile boolean waiting;
    /** Whether nothing is fetched since too much is open. */
    private volatile boolean full;

    /** Whether nothing is taken but what the poll thread grants. */
    private volatile boolean restricted;
    /** Records of the backlog that may be taken while it is restricted; guarded by the lock. */
    private int granted;
    /** There is nothing of it in the backlog from here on; guarded by the lock. */
    private long fetchedTo;

    private final AtomicInteger doneWhileFull = new AtomicInteger();
    /** How many records may be lent at a time; the poll thread's, as what follows. */
    final SuspectRule rule;
    /** Whether the last commit was not acknowledged. */
    boolean unsaved;
    /** Whether deaths were counted for records and are not stored yet. */
    boolean deathsUnstored;
    /** Whether tries are counted and stored before they begin, so that a death adds none. */
    boolean countedBefore;

    PartitionReading(KafkaMember member, OwnedPartition partition, OffsetTracker tracker, Birth birth, boolean begins) {
        this.first = tracker.position();
        this.begins = begins;
        this.member = member;
        this.partition = partition;
        this.tracker = tracker;
        this.birth = birth;
        this.rule = new SuspectRule(tracker, Positions.OPEN_MAX);
        this.paused = member.isPaused(partition.partition());
        this.fetchedTo = tracker.next();
    }

    // ---- the poll thread

    /**
     * Takes in what was fetched, all but what an earlier reader has done.
     *
     * @param nextOffset there is nothing between the last record and this
     */
    void fetched(List<ConsumerRecord<byte[], byte[]>> records, long nextOffset) {
        var count = 0;
        var bytes = 0L;
        synchronized (this) {
            for (var record : records) {
                if (record.offset() >= tracker.next() && !tracker.isDone(record.offset())) {
                    var delivery = new KafkaDelivery(this, record);
                    tracker.delivered(delivery);
                    delivery.registered();
                    deathsUnstored |= delivery.countsDeath;
                    restricted |= delivery.countsDeath || SuspectRule.isSuspect(delivery);
                    backlog.add(delivery);
                    bytes += delivery.bodyBytes();
                    count++;
                }
            }
            waiting |= count > 0;
            fetchedTo = nextOffset;
        }
        tracker.passed(nextOffset);
        member.backlog.added(count, bytes);
    }

    /** Whether nothing is lent but what is granted. */
    boolean isRestricted() {
        return restricted && state == State.READING;
    }

    /** Records that are lent and not settled. */
    synchronized int lent() {
        return tracker.open() - backlog.size() - returned.size();
    }

    /** Grants so many records, and no more until it is asked again. */
    synchronized void restrict(int records) {
        restricted = true;
        granted = records;
    }

    /** Grants all. */
    synchronized void free() {
        restricted = false;
    }

    /** Whether its records may be fetched, as far as it is concerned. */
    boolean wantsMore(int pollMax) {
        if (paused || state != State.READING) {
            return false;
        }
        var room = tracker.hasRoom(pollMax);
        if (full == room) {
            doneWhileFull.set(0);
            full = !room;
        }
        return room;
    }

    /** Whether nothing is fetched since too much is open; from any thread. */
    boolean isFull() {
        return full;
    }

    /** Forgets what is not delivered, while it is paused; the offset to fetch it from again, or -1. */
    long dropIfPaused() {
        return paused && waiting ? drop() : -1;
    }

    private long drop() {
        KafkaDelivery first;
        synchronized (this) {
            first = backlog.peekFirst();
            member.meters.refetches.increment(backlog.size());
            removeAll();
            waiting = !returned.isEmpty();
            fetchedTo = first == null ? fetchedTo : first.offset();
        }
        if (first == null) {
            return -1;
        }
        tracker.forgetFrom(first);
        return first.offset();
    }

    private void removeAll() {
        var bytes = 0L;
        for (var delivery : backlog) {
            bytes += delivery.bodyBytes();
        }
        member.backlog.removed(backlog.size(), bytes);
        backlog.clear();
    }

    /** Delivers nothing more; what is lent can still be settled. */
    synchronized void leave() {
        if (state == State.READING) {
            state = State.LEAVING;
        }
        disturbances++;
        removeAll();
        returned.clear();
        waiting = false;
    }

    /** Position and metadata, to be committed. */
    CommitMetadata snapshot(boolean clean) {
        return tracker.snapshot(clean || countedBefore);
    }

    // ---- any thread

    /** How its records are read. */
    KafkaRecords records() {
        return member.records;
    }

    /** Ends the epoch: what is settled from now on has no effect. */
    void end() {
        state = State.ENDED;
        leave();
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** Whether a member's pause is meant to keep it from being read. */
    boolean isPaused() {
        return paused;
    }

    void pause() {
        paused = true;
        synchronized (this) {
            disturbances++;
        }
    }

    void resume() {
        paused = false;
    }

    /** Takes over what was asked for before this could be found: until two looks agree, as asking goes on. */
    void takeOverPause() {
        boolean asked;
        do {
            asked = member.isPaused(partition.partition());
            if (asked) {
                pause();
            } else {
                resume();
            }
        } while (asked != member.isPaused(partition.partition()));
    }

    void done(KafkaDelivery record) {
        if (state == State.ENDED) {
            return;
        }
        tracker.done(record);
        if (restricted) {
            member.gate.wake();
        }
        if (full && doneWhileFull.incrementAndGet() == ROOM_WORTH) {
            member.gate.wake();
        }
    }

    /** Keeps it to be lent again, before anything that comes behind it. */
    void giveBack(KafkaDelivery record) {
        synchronized (this) {
            if (state != State.READING) {
                return;
            }
            returned.add(new Redelivery(record));
            waiting = true;
            disturbances++;
        }
        member.drain();
    }

    /** The lowest offset from which on nothing was delivered; what was given back is below it. */
    synchronized long undeliveredFrom() {
        var first = backlog.peekFirst();
        return first == null ? fetchedTo : first.offset();
    }

    void triesBegun(KafkaDelivery record, int begun) {
        if (state != State.ENDED) {
            tracker.tries(record, begun);
        }
    }

    // ---- the one thread that delivers

    int disturbances() {
        return disturbances;
    }

    /** Whether there may be something to take. */
    boolean hasSome() {
        return waiting && !paused && state == State.READING && (!restricted || isGranted());
    }

    private synchronized boolean isGranted() {
        return granted > 0 || !returned.isEmpty();
    }

    /** Takes out what is to be delivered next, up to so many; how many there are. */
    int take(Delivery[] into, int max) {
        var count = 0;
        var bytes = 0L;
        var ofBacklog = 0;
        synchronized (this) {
            if (paused || state != State.READING) {
                return 0;
            }
            while (count < max && !returned.isEmpty()) {
                into[count++] = returned.remove();
            }
            while (count < max && !backlog.isEmpty() && (!restricted || granted > 0)) {
                var delivery = backlog.removeFirst();
                bytes += delivery.bodyBytes();
                ofBacklog++;
                granted--;
                into[count++] = delivery;
            }
            waiting = !backlog.isEmpty() || !returned.isEmpty();
        }
        member.backlog.removed(ofBacklog, bytes);
        return count;
    }

    /** Puts back what was taken out last and not delivered. */
    void putBack(Delivery[] taken, int from, int to) {
        var bytes = 0L;
        var toBacklog = 0;
        synchronized (this) {
            if (state != State.READING) {
                return;
            }
            for (var i = to - 1; i >= from; i--) {
                if (taken[i] instanceof KafkaDelivery delivery) {
                    backlog.addFirst(delivery);
                    granted++;
                    bytes += delivery.bodyBytes();
                    toBacklog++;
                } else if (taken[i] instanceof Redelivery again) {
                    returned.add(again);
                }
            }
            waiting = true;
        }
        member.backlog.added(toBacklog, bytes);
    }

    @Override
    public @Nullable String toString() {
        return partition.at + " " + state;
    }
}
