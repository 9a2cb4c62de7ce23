package dev.sluice.engine.journal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries, within a number and a number of bytes; older ones give way. Any number of writers and readers,
 * none of which waits for another: a writer takes the next place and puts its entry there, whatever stood in it; who
 * passes the limit of bytes empties the oldest places. Both count what they really took out, so the sum of bytes is
 * exact whoever was first. A writer that stands still for a whole round may take the place of a newer entry.
 */
final class Ring {
    private final AtomicReferenceArray<@Nullable JournalEntry> places;
    private final int mask;
    private final long bytesMax;
    private final AtomicLong next = new AtomicLong();
    /** From this place on entries may stand. */
    private final AtomicLong oldest = new AtomicLong();

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();

    /** @param entriesMax rounded up to a power of two */
    Ring(int entriesMax, long bytesMax) {
        var size = Integer.highestOneBit(Math.max(1, entriesMax - 1)) << 1;
        places = new AtomicReferenceArray<>(size);
        mask = size - 1;
        this.bytesMax = bytesMax;
    }

    void add(JournalEntry entry) {
        var place = next.getAndIncrement();
        var total = put(place, entry);
        if (total > bytesMax) {
            oldest.accumulateAndGet(place - mask, Math::max);
            for (var i = 0; total > bytesMax && i <= mask; i++) {
                total = put(oldest.getAndIncrement(), null);
            }
        }
    }

    /** Puts it into its place and gives the bytes of all then. */
    private long put(long place, @Nullable JournalEntry entry) {
        var before = places.getAndSet((int) place & mask, entry);
        if (before != null) {
            evicted.incrementAndGet();
        }
        return bytes.addAndGet((entry == null ? 0 : entry.bytes()) - (before == null ? 0 : before.bytes()));
    }

    /** Hands out what stands there, in about the order in which it came. */
    void forEach(Consumer<JournalEntry> taker) {
        var from = next.get();
        for (var i = 0; i <= mask; i++) {
            var entry = places.get((int) (from + i) & mask);
            if (entry != null) {
                taker.accept(entry);
            }
        }
    }

    long bytes() {
        return bytes.get();
    }

    /** Entries that gave way. */
    long evicted() {
        return evicted.get();
    }
}
