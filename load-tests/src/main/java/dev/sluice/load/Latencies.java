package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import org.HdrHistogram.Histogram;

/**
 * Latencies of one round.
 *
 * @param count how many
 * @param p50 in milliseconds
 * @param p99 in milliseconds
 * @param p999 in milliseconds
 * @param max in milliseconds
 */
record Latencies(long count, double p50, double p99, double p999, double max) {
    private static final int DIGITS = 3;

    /** Those that a dial got, from one place in their order up to another. */
    static Latencies of(Dial dial, int from, int to) {
        var histogram = new Histogram(DIGITS);
        for (var index = from; index < to; index++) {
            histogram.recordValue(dial.latencyMicros(index));
        }
        return new Latencies(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getMaxValue() / 1e3);
    }
}
