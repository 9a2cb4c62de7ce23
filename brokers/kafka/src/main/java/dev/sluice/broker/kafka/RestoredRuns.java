package dev.sluice.broker.kafka;

import org.jspecify.annotations.Nullable;

/**
 * The runs of done offsets that an earlier reader left beyond its position. Immutable; every question takes time in
 * proportion to the logarithm of their number at most, and none once they are passed.
 */
final class RestoredRuns {
    private final @Nullable CommitMetadata metadata;
    private final int count;
    private final long end;
    /** By run: the offsets that are not done between it and the last run, those below it included. */
    private final long[] openBelow;
    /** By run: offsets in it and in all runs below it, without long ones; and how many long ones those are. */
    private final long[] offsets;

    private final int[] longOnes;

    RestoredRuns(@Nullable CommitMetadata metadata) {
        this.metadata = metadata;
        this.count = metadata == null ? 0 : metadata.runs();
        this.openBelow = new long[count];
        this.offsets = new long[count];
        this.longOnes = new int[count];
        this.end = count == 0 || metadata == null ? 0 : metadata.runEnd(count - 1);
        var open = 0L;
        var from = metadata == null ? 0 : metadata.position();
        for (var run = 0; run < count; run++) {
            open += start(run) - from;
            from = end(run);
            openBelow[run] = open;
            var length = end(run) - start(run);
            var isLong = length >= RunCode.GAP_LONG;
            offsets[run] = (run == 0 ? 0 : offsets[run - 1]) + (isLong ? 0 : length);
            longOnes[run] = (run == 0 ? 0 : longOnes[run - 1]) + (isLong ? 1 : 0);
        }
    }

    int count() {
        return count;
    }

    long start(int run) {
        return metadata == null ? 0 : metadata.runStart(run);
    }

    long end(int run) {
        return metadata == null ? 0 : metadata.runEnd(run);
    }

    /** The first run that has offsets from the given one on; {@link #count} when none has. */
    int firstFrom(long offset) {
        if (offset >= end) {
            return count;
        }
        var low = 0;
        var high = count - 1;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (end(middle) > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    boolean contains(long offset) {
        return offset < end && start(firstFrom(offset)) <= offset;
    }

    /** The end of the run in which the offset lies; the offset itself when it lies in none. */
    long endOfRunAt(long offset) {
        return contains(offset) ? end(firstFrom(offset)) : offset;
    }

    /** Offsets from the given one to the last run's end that are not done. */
    long openFrom(long offset) {
        if (offset >= end) {
            return 0;
        }
        var run = firstFrom(offset);
        return openBelow[count - 1] - openBelow[run] + Math.max(0, start(run) - offset);
    }

    /** Offsets from the given one to the last run's end; those in long runs do not count. */
    long spanFrom(long offset) {
        if (offset >= end) {
            return 0;
        }
        var run = firstFrom(offset);
        return openFrom(offset) + offsets[count - 1] - (run == 0 ? 0 : offsets[run - 1]);
    }

    /** Long runs that have offsets from the given one on. */
    int longRunsFrom(long offset) {
        if (offset >= end) {
            return 0;
        }
        var run = firstFrom(offset);
        return longOnes[count - 1] - (run == 0 ? 0 : longOnes[run - 1]);
    }
}
