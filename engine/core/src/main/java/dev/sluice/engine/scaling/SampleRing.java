package dev.sluice.engine.scaling;

/**
 * Samples of several figures in a ring, by time. A sample that stands less than 50 ms after the one before it gives way
 * to the next, so that extra ticks don't push out the window's past. Values before the oldest sample are its own.
 */
final class SampleRing {
    private static final long SPACING_NANOS = 50_000_000L;

    private final long[] times;
    private final double[][] values;
    private int newest = -1;
    private int size;

    /** A ring that holds at least {@code windowNanos}. */
    SampleRing(long windowNanos, int figures) {
        var length = (int) (windowNanos / SPACING_NANOS) + 8;
        times = new long[length];
        values = new double[figures][length];
    }

    void add(long nowNanos, double... figures) {
        if (size < 2 || time(0) - time(1) >= SPACING_NANOS) {
            newest = (newest + 1) % times.length;
            size = Math.min(size + 1, times.length);
        }
        times[newest] = nowNanos;
        for (var i = 0; i < values.length; i++) {
            values[i][newest] = figures[i];
        }
    }

    /** Which sample was the latest at a time: its number back from the newest, at most the oldest's. */
    int backTo(long nanos) {
        var low = 0;
        var high = size - 1;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (time(middle) - nanos <= 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Which sample was the latest at which a figure that never falls was no more than that; at most the oldest's number. */
    int backToValue(int figure, double value) {
        var low = 0;
        var high = size - 1;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (value(figure, middle) <= value) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    long time(int back) {
        return times[index(back)];
    }

    double value(int figure, int back) {
        return values[figure][index(back)];
    }

    private int index(int back) {
        var index = newest - back;
        return index < 0 ? index + times.length : index;
    }

    /** Whether a figure is not what it was a sample before; false for the oldest, and for what is older. */
    boolean moved(int figure, int back) {
        return back < size - 1 && value(figure, back) != value(figure, back + 1);
    }

    /** Growth of a figure since a sample. */
    double growth(int figure, int back) {
        return value(figure, 0) - value(figure, back);
    }

    /** Seconds since a sample. */
    double seconds(int back) {
        return (time(0) - time(back)) / 1e9;
    }
}
