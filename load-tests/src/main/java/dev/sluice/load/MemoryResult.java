package dev.sluice.load;

import java.util.Locale;

/**
 * What the memory scenario found.
 *
 * @param events events that were to be published
 * @param heapLimitMib the engine's -Xmx
 * @param acknowledged events answered with 202
 * @param behindStopped of these, the ones while the function stood still
 * @param refused429 requests refused with 429
 * @param refused503 requests refused with 503
 * @param broken requests without an answer, posted again
 * @param delivered runs of the function
 * @param repeated of these, the ones of an event that had arrived before
 * @param lost events that were acknowledged and never arrived
 * @param heap its occupancy after collections
 * @param flat whether the heap stayed where it was while the engine was full
 * @param seconds from the first request to the last arrival
 */
record MemoryResult(
        int events,
        int heapLimitMib,
        long acknowledged,
        long behindStopped,
        long refused429,
        long refused503,
        long broken,
        long delivered,
        long repeated,
        long lost,
        HeapMib heap,
        boolean flat,
        double seconds) {
    /**
     * The highest occupancy after a collection, in MiB; -1 where there was none.
     *
     * @param filling until the engine was full
     * @param held in the first half of the hold
     * @param heldLater in its second half
     * @param released after it
     */
    record HeapMib(int filling, int held, int heldLater, int released) {}

    /** Everything was acknowledged, nothing was lost, and the heap was flat. */
    boolean passed() {
        return acknowledged == events && lost == 0 && flat;
    }

    /** For people, each line ended. */
    String text() {
        return String.format(
                Locale.ROOT,
                """
                acknowledged  %,d of %,d, of these %,d while the function stood still
                refused       %,d with 429, %,d with 503, obeyed; %,d requests broke and were repeated
                delivered     %,d, of these %,d more than once
                lost          %,d
                heap          after collection, of %d MiB: filling %d, full %d, later %d (%s), released %d
                time          %.1f s
                """,
                acknowledged,
                events,
                behindStopped,
                refused429,
                refused503,
                broken,
                delivered,
                repeated,
                lost,
                heapLimitMib,
                heap.filling(),
                heap.held(),
                heap.heldLater(),
                flat ? "flat" : "GROWING",
                heap.released(),
                seconds);
    }
}
