package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import org.HdrHistogram.Histogram;

/** Latencies of one round, or of several. Every figure is in milliseconds. Not for several threads. */
final class Latencies {
    private static final int DIGITS = 3;

    private final Histogram micros = new Histogram(DIGITS);

    /** Those that a dial got, from one place in their order up to another. */
    static Latencies of(Dial dial, int from, int to) {
        var latencies = new Latencies();
        for (var index = from; index < to; index++) {
            latencies.add(dial.latencyMicros(index));
        }
        return latencies;
    }

    /** Takes one more; less than none counts as none. */
    void add(long latencyMicros) {
        micros.recordValue(Math.max(0, latencyMicros));
    }

    /** These and those of another round. */
    Latencies plus(Latencies others) {
        var all = new Latencies();
        all.micros.add(micros);
        all.micros.add(others.micros);
        return all;
    }

    /** How many there are. */
    long count() {
        return micros.getTotalCount();
    }

    double p50() {
        return at(50);
    }

    double p90() {
        return at(90);
    }

    double p99() {
        return at(99);
    }

    double p999() {
        return at(99.9);
    }

    double max() {
        return micros.getMaxValue() / 1e3;
    }

    /** What so many of a hundred stay within. */
    double at(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }
}
