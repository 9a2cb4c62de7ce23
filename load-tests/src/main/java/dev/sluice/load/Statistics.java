package dev.sluice.load;

import java.util.Arrays;

/** What is said of a handful of rounds. */
final class Statistics {
    private Statistics() {}

    /** The middle value, or the mean of the two in the middle; NaN of none. Leaves the values as they are. */
    static double median(double... values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * How far the values lie apart: the distance between the largest and the smallest by the size of their median. NaN
     * of fewer than two, and when one of them is no number.
     */
    static double spread(double... values) {
        if (values.length < 2) {
            return Double.NaN;
        }
        var most = Arrays.stream(values).max().orElse(Double.NaN);
        var least = Arrays.stream(values).min().orElse(Double.NaN);
        return (most - least) / Math.abs(median(values));
    }
}
