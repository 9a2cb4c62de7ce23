package dev.sluice.broker.memory;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One partition's events: the offsets from {@link #start} to before {@link #end} without a hole, in a ring that grows
 * and shrinks by factors of two. Not safe for several threads; its topic's lock guards it.
 */
final class PartitionLog {
    private static final int RING_MIN = 16;

    private @Nullable LogEvent[] ring = new LogEvent[RING_MIN];
    private long start;
    private long end;
    private long bytes;

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    long bytes() {
        return bytes;
    }

    void append(LogEvent event) {
        if (end - start == ring.length) {
            resize(ring.length * 2);
        }
        ring[slot(end)] = event;
        end++;
        bytes += event.sizeBytes;
    }

    /** The event at an offset that is held. */
    LogEvent get(long offset) {
        if (offset < start || offset >= end) {
            throw new IllegalArgumentException("offset " + offset + " is not in [" + start + ", " + end + ")");
        }
        return Objects.requireNonNull(ring[slot(offset)]);
    }

    LogEvent removeFirst() {
        var first = get(start);
        ring[slot(start)] = null;
        start++;
        bytes -= first.sizeBytes;
        if (ring.length > RING_MIN && (end - start) * 4 <= ring.length) {
            resize(ring.length / 2);
        }
        return first;
    }

    private void resize(int length) {
        @Nullable LogEvent[] resized = new LogEvent[length];
        for (var offset = start; offset < end; offset++) {
            resized[(int) (offset & (length - 1))] = ring[slot(offset)];
        }
        ring = resized;
    }

    private int slot(long offset) {
        return (int) (offset & (ring.length - 1));
    }
}
