package dev.sluice.broker.memory;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that all topics share. A topic that finds no room stands in line; room that becomes free goes to the head
 * of the line until its first send fits, so that a large event is not starved by small ones. While a line stands, only
 * its head reserves (and topics without an open event, see {@link MemoryTopic}).
 *
 * <p>No wake-up is lost: a topic joins the line (a volatile write) before {@link #serveIfContended} looks for room, and
 * whoever makes room (a volatile write of the topic) looks at the line afterwards. It never holds two topics' locks.
 */
final class ByteBudget {
    /** Making room in another topic frees at least this part of the whole, to do it seldom. */
    private static final int EVICTED_PART = 256;

    private final long bytesMax;
    private final Collection<MemoryTopic> topics;
    private final AtomicLong used = new AtomicLong();
    private final Queue<MemoryTopic> line = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inLine = new AtomicInteger();
    private final AtomicInteger serving = new AtomicInteger();

    /** @param topics all topics, as a live view that may be read by any thread */
    ByteBudget(long bytesMax, Collection<MemoryTopic> topics) {
        this.bytesMax = bytesMax;
        this.topics = topics;
    }

    /** How many bytes are missing for so many; 0 or less when there is room. */
    long lacks(int bytes) {
        return used.get() + bytes - bytesMax;
    }

    /** Whether a topic stands in line for bytes. */
    boolean contended() {
        return inLine.get() > 0;
    }

    boolean reserve(int bytes) {
        while (true) {
            var now = used.get();
            if (now + bytes > bytesMax) {
                return false;
            }
            if (used.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    /** Takes the bytes whether they are free or not. */
    void take(int bytes) {
        used.addAndGet(bytes);
    }

    void free(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Puts a topic at the end of the line; {@link #serveIfContended} has to follow once its lock is released. */
    void standInLine(MemoryTopic topic) {
        inLine.incrementAndGet();
        line.add(topic);
    }

    void serveIfContended() {
        if (contended()) {
            serve();
        }
    }

    /** Gives what room there is to those in line. Call without a lock, after room was made or the line grew. */
    private void serve() {
        if (serving.getAndIncrement() != 0) {
            return;
        }
        var missed = 1;
        do {
            serveLine();
            missed = serving.addAndGet(-missed);
        } while (missed != 0);
    }

    private void serveLine() {
        for (var head = line.peek(); head != null; head = line.peek()) {
            var wanted = head.admitFromLine();
            if (wanted == 0) {
                line.poll();
                inLine.decrementAndGet();
            } else if (!evictSomewhere(lacks(wanted))) {
                return;
            }
        }
    }

    /** Makes room for so many bytes in other topics; whether there was something to evict or nothing lacked. No lock. */
    boolean evictFor(int bytes) {
        return evictSomewhere(lacks(bytes));
    }

    private boolean evictSomewhere(long bytes) {
        if (bytes <= 0) {
            return true;
        }
        MemoryTopic largest = largestEvictable();
        return largest != null && largest.evict(Math.max(bytes, bytesMax / EVICTED_PART)) > 0;
    }

    private @Nullable MemoryTopic largestEvictable() {
        MemoryTopic largest = null;
        var most = 0L;
        for (var topic : topics) {
            var evictable = topic.evictableBytes();
            if (evictable > most) {
                most = evictable;
                largest = topic;
            }
        }
        return largest;
    }
}
