package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a topic: stores events while there is room, evicts what nobody wants to make some, and keeps
 * the sends that wait. Guarded by the topic's lock; what it decides is signalled by the topic.
 */
final class TopicRoom {
    /** Of a topic that is read, at most this part of the limits holds events that are done. */
    private static final int HISTORY_PART = 8;
    /** Sends that are admitted before the next topic in line has its turn. */
    private static final int TURN = 64;

    final TopicLog log;
    final WaitingSends waiting = new WaitingSends();
    /** Sends whose outcome is to be signalled. */
    final ArrayDeque<WaitingSend> decided = new ArrayDeque<>();

    private final MemoryTopic topic;
    private final MemoryLimits limits;
    private final ByteBudget budget;
    private final long historyEventsMax;
    private final long historyBytesMax;
    private boolean inLine;
    private boolean headOfLine;
    /** What the last store lacked of the broker's bytes; 0 if it lacked something else. */
    private int wantedBytes;

    /** What is promised to commits of the control topic and not stored yet. */
    private long reservedEvents;

    private long reservedBytes;

    private int roundRobin;
    private boolean read;
    private long published;
    private long evictedDone;
    private long evictedUnread;

    TopicRoom(MemoryTopic topic, MemoryLimits limits, ByteBudget budget) {
        this.topic = topic;
        this.limits = limits;
        this.budget = budget;
        this.log = new TopicLog(limits.partitions());
        this.historyEventsMax = limits.topicEventsMax() / HISTORY_PART;
        this.historyBytesMax = limits.topicBytesMax() / HISTORY_PART;
    }

    long published() {
        return published;
    }

    long evictedDone() {
        return evictedDone;
    }

    long evictedUnread() {
        return evictedUnread;
    }

    /** From now on there is a group: what is not done is held. */
    void readByGroup() {
        read = true;
    }

    /** Stores the event unless there is no room or sends wait before it. */
    boolean offer(LogEvent event) {
        return waiting.isEmpty() && store(event);
    }

    private boolean store(LogEvent event) {
        wantedBytes = 0;
        if (!makeRoom(event.sizeBytes) || !reserve(event.sizeBytes)) {
            return false;
        }
        append(event);
        return true;
    }

    private void append(LogEvent event) {
        if (event.partition < 0) {
            event.partition = roundRobin;
            roundRobin = roundRobin + 1 == log.partitions() ? 0 : roundRobin + 1;
        }
        log.append(event);
        published++;
        if (!read) {
            log.moveFloor(event.partition, log.partition(event.partition).end());
        }
    }

    /**
     * Promises room to an event that {@link #storePromised} stores, unless there is none. It does not stand in the line
     * of those that wait: a commit has room in several topics or in none.
     */
    boolean promise(int bytes) {
        if (!makeRoom(bytes)) {
            return false;
        }
        while (!budget.reserve(bytes)) {
            if (!evictOldest()) {
                return false;
            }
        }
        reservedEvents++;
        reservedBytes += bytes;
        return true;
    }

    void storePromised(LogEvent event) {
        reservedEvents--;
        reservedBytes -= event.sizeBytes;
        append(event);
        topic.due(MemoryTopic.WAKE);
    }

    /** Gives promised room back. */
    void breakPromise(int bytes) {
        reservedEvents--;
        reservedBytes -= bytes;
        budget.free(bytes);
        topic.due(MemoryTopic.BYTES);
        admitWaiting();
    }

    private boolean makeRoom(int bytes) {
        while (log.events() + reservedEvents >= limits.topicEventsMax()
                || log.bytes() + reservedBytes + bytes > limits.topicBytesMax()) {
            if (!evictOldest()) {
                return false;
            }
        }
        return true;
    }

    /** Takes bytes of the broker, evicting own events for it, or stands in line for them. */
    private boolean reserve(int bytes) {
        if (headOfLine || !budget.contended()) {
            do {
                if (budget.reserve(bytes)) {
                    return true;
                }
            } while (evictOldest());
        }
        if (log.events() == log.evictableEvents()) {
            return takeBeyond(bytes);
        }
        wantedBytes = bytes;
        if (!inLine) {
            inLine = true;
            budget.standInLine(topic);
        }
        topic.due(MemoryTopic.BYTES);
        return false;
    }

    /**
     * A topic without an open event takes one whatever the broker's limit: its reader may be what the readers of the
     * other topics wait for.
     */
    private boolean takeBeyond(int bytes) {
        while (budget.lacks(bytes) > 0 && evictOldest()) {
            // Each turn evicts one event.
        }
        budget.take(bytes);
        return true;
    }

    private boolean evictOldest() {
        var evicted = log.evictOldest();
        if (evicted == null) {
            return false;
        }
        budget.free(evicted.sizeBytes);
        topic.due(MemoryTopic.BYTES);
        if (read) {
            evictedDone++;
        } else {
            evictedUnread++;
        }
        return true;
    }

    /** Evicts at least so many bytes if it can; returns how many. */
    long evict(long bytes) {
        var before = log.bytes();
        while (before - log.bytes() < bytes && evictOldest()) {
            // Each turn evicts one event.
        }
        return before - log.bytes();
    }

    /** All groups are done with the partition's events below the offset. */
    void floorMoved(int partition, long floor) {
        log.moveFloor(partition, floor);
        while (log.evictableBytes() > historyBytesMax || log.evictableEvents() > historyEventsMax) {
            evictOldest();
        }
        admitWaiting();
    }

    /** Lets a send wait, or refuses it when too many wait for room or for their signal. */
    void enqueue(WaitingSend send, long nowNanos) {
        if (waiting.size() + decided.size() >= limits.waitingSendsMax()) {
            topic.meters.refusedWaiting.increment();
            throw new BrokerException.Full(topic.name, limits.waitingSendsMax() + " sends wait for room already");
        }
        send.deadlineNanos = nowNanos + limits.sendDeadline().toNanos();
        waiting.add(send);
        topic.due(MemoryTopic.ARM);
    }

    /** Takes back a send that was cancelled. */
    void withdraw(WaitingSend send) {
        if (waiting.remove(send)) {
            topic.due(MemoryTopic.BYTES);
            admitWaiting();
        }
    }

    /** Refuses the sends whose deadline has come. */
    void expire(long nowNanos) {
        var first = waiting.first();
        while (first != null && first.deadlineNanos - nowNanos <= 0) {
            waiting.remove(first);
            topic.meters.refusedDeadline.increment();
            decide(first, new BrokerException.Full(topic.name, "no room within " + limits.sendDeadline()));
            topic.due(MemoryTopic.BYTES);
            first = waiting.first();
        }
        admitWaiting();
        if (!waiting.isEmpty()) {
            topic.due(MemoryTopic.ARM);
        }
    }

    /** Notes the outcome of a send, to be signalled without the lock. */
    private void decide(WaitingSend send, @Nullable BrokerException failure) {
        send.failure = failure;
        decided.add(send);
        topic.due(failure == null ? MemoryTopic.DECIDED | MemoryTopic.WAKE : MemoryTopic.DECIDED);
    }

    private void admitWaiting() {
        for (var first = waiting.first(); first != null && store(first.event); first = waiting.first()) {
            waiting.remove(first);
            decide(first, null);
        }
    }

    /** Stores what waits, as the head of the line; returns the bytes it still wants, or 0 when its turn is over. */
    int admitFromLine() {
        headOfLine = true;
        try {
            for (var turn = 0; turn < TURN; turn++) {
                var first = waiting.first();
                if (first == null || !store(first.event)) {
                    inLine = first != null && wantedBytes > 0;
                    return inLine ? wantedBytes : 0;
                }
                waiting.remove(first);
                decide(first, null);
            }
        } finally {
            headOfLine = false;
        }
        inLine = !waiting.isEmpty();
        if (inLine) {
            budget.standInLine(topic);
        }
        return 0;
    }

    /** Fails what waits and forgets what is held. */
    void close(BrokerException why) {
        for (var first = waiting.first(); first != null; first = waiting.first()) {
            waiting.remove(first);
            decide(first, why);
        }
        for (var p = 0; p < log.partitions(); p++) {
            log.moveFloor(p, log.partition(p).end());
        }
        evict(Long.MAX_VALUE);
    }
}
