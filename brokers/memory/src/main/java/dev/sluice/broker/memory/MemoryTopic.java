package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A topic: its room, its readers, and the lock and the signals of both.
 *
 * <p>One lock guards all of it, groups and their windows included; its sections are short and signal nobody. What has
 * to be signalled is noted by {@link #due} and done by {@link #unlock} once the lock is free: each kind by a serialised
 * loop (a member's, a tail's, the outcomes of sends, the byte budget's), so that signals neither overlap nor nest
 * without end. No thread ever holds the locks of two topics.
 */
final class MemoryTopic {
    /** Members may have something to read or to hear. */
    static final int WAKE = 1;
    /** Waiting sends were decided. */
    static final int DECIDED = 2;
    /** Bytes were freed, can be freed, or are wanted. */
    static final int BYTES = 4;
    /** A send waits that no timer may be watching. */
    static final int ARM = 8;

    final String name;
    final String identity = UUID.randomUUID().toString();
    final MemoryBroker broker;
    final TopicMeters meters;
    final TopicRoom room;
    final TopicReaders readers;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger signalling = new AtomicInteger();
    private volatile long evictableBytes;
    private volatile @Nullable Disposable expiry;
    private int due;
    private boolean armed;
    private boolean closed;

    MemoryTopic(MemoryBroker broker, String name) {
        this.broker = broker;
        this.name = name;
        this.room = new TopicRoom(this, broker.limits(), broker.budget());
        this.readers = new TopicReaders(this);
        this.meters = new TopicMeters(broker, this);
    }

    void lock() {
        lock.lock();
    }

    /** Releases the lock, then signals what came due under it. */
    void unlock() {
        var signals = due;
        due = 0;
        var evictable = room.log.evictableBytes();
        if (evictable != evictableBytes) {
            evictableBytes = evictable;
            signals |= BYTES;
        }
        lock.unlock();
        if (signals != 0) {
            signal(signals);
        }
    }

    /** Notes, under the lock, what is to be signalled at its end. */
    void due(int signals) {
        due |= signals;
    }

    /** Reads something under the lock. */
    long read(ToLongFunction<MemoryTopic> value) {
        lock.lock();
        try {
            return value.applyAsLong(this);
        } finally {
            lock.unlock();
        }
    }

    private void signal(int signals) {
        if ((signals & DECIDED) != 0) {
            signalDecided();
        }
        if ((signals & WAKE) != 0) {
            readers.wakeAll();
        }
        if ((signals & ARM) != 0) {
            arm();
        }
        if ((signals & BYTES) != 0) {
            broker.budget().serveIfContended();
        }
    }

    private void signalDecided() {
        if (signalling.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            for (var send = nextDecided(); send != null; send = nextDecided()) {
                send.signal();
            }
            missed = signalling.addAndGet(-missed);
        } while (missed != 0);
    }

    private @Nullable WaitingSend nextDecided() {
        lock.lock();
        try {
            return room.decided.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Checks an event and makes it ready to be stored. */
    LogEvent prepare(CloudEvent event, @Nullable String recordKey) {
        var wire = WireEvent.of(event);
        var sizeMax = broker.limits().eventBytesMax();
        if (wire.sizeBytes() > sizeMax) {
            meters.refusedSize.increment();
            throw new BrokerException.TooLarge(name, wire.sizeBytes(), sizeMax);
        }
        var key = recordKey != null ? recordKey : wire.text("partitionkey");
        var size = wire.sizeBytes() + MemoryLimits.EVENT_OVERHEAD;
        return new LogEvent(wire, key, size, key == null ? -1 : partitionOf(key));
    }

    private int partitionOf(String key) {
        var hash = key.hashCode() * 0x9E3779B9;
        return Integer.remainderUnsigned(hash ^ (hash >>> 16), room.log.partitions());
    }

    /**
     * Stores the event if there is room and no send waits for it. {@link TopicReaders#wake} has to follow if it did.
     */
    boolean storeNow(LogEvent event) {
        lock();
        try {
            requireOpen();
            return room.offer(event);
        } finally {
            unlock();
        }
    }

    /** Stores the event or lets it wait; the send is signalled either way. */
    void storeOrWait(WaitingSend send) {
        lock();
        try {
            if (send.isCancelled()) {
                return;
            }
            requireOpen();
            if (!room.offer(send.event)) {
                room.enqueue(send, broker.nanoTime());
                return;
            }
        } catch (BrokerException why) {
            send.failure = why;
        } finally {
            unlock();
        }
        send.signal();
        readers.wakeAll();
    }

    void withdraw(WaitingSend send) {
        lock();
        try {
            room.withdraw(send);
        } finally {
            unlock();
        }
    }

    private void arm() {
        long delay;
        lock.lock();
        try {
            var first = room.waiting.first();
            if (armed || closed || first == null) {
                return;
            }
            armed = true;
            delay = Math.max(0, first.deadlineNanos - broker.nanoTime());
        } finally {
            lock.unlock();
        }
        expiry = broker.timer().schedule(this::expire, delay, TimeUnit.NANOSECONDS);
    }

    private void expire() {
        lock();
        try {
            armed = false;
            room.expire(broker.nanoTime());
        } finally {
            unlock();
        }
    }

    /** What can be evicted, as of the end of the last critical section. */
    long evictableBytes() {
        return evictableBytes;
    }

    /** For the budget, which calls without a lock and looks for room by itself. See {@link TopicRoom#evict}. */
    long evict(long bytes) {
        lock();
        try {
            return room.evict(bytes);
        } finally {
            unlockForBudget();
        }
    }

    /** As {@link #evict}. See {@link TopicRoom#admitFromLine}. */
    int admitFromLine() {
        lock();
        try {
            return room.admitFromLine();
        } finally {
            unlockForBudget();
        }
    }

    private void unlockForBudget() {
        evictableBytes = room.log.evictableBytes();
        due &= ~BYTES;
        unlock();
    }

    /** Under the lock. */
    boolean isClosed() {
        return closed;
    }

    /** Under the lock. */
    void requireOpen() {
        if (closed) {
            throw broker.closedException();
        }
    }

    TopicStatus status() {
        lock.lock();
        try {
            var partitions = new ArrayList<TopicStatus.PartitionStatus>();
            for (var p = 0; p < room.log.partitions(); p++) {
                var log = room.log.partition(p);
                partitions.add(new TopicStatus.PartitionStatus(p, log.start(), log.end(), log.bytes()));
            }
            return new TopicStatus(name, partitions, readers.lags());
        } finally {
            lock.unlock();
        }
    }

    /** Fails what waits, ends what reads, forgets what is held. */
    void close() {
        var why = broker.closedException();
        lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            room.close(why);
        } finally {
            unlock();
        }
        var timer = expiry;
        if (timer != null) {
            timer.dispose();
        }
        readers.close(why);
        meters.close();
    }
}
