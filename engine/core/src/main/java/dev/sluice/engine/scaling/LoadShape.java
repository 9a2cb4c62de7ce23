package dev.sluice.engine.scaling;

import java.util.Arrays;
import java.util.Random;

/** When the events of a {@link Scenario} come, over ten minutes; the same for the same seed. */
public enum LoadShape {
    /** 20 events a second, 400 from the first minute to the fourth, then 20 again. */
    STEP {
        @Override
        double perSecond(double second, double[] noise) {
            return second >= 60 && second < 240 ? 400 : 20;
        }
    },
    /** 20 events a second, and 20,000 at once after a minute. */
    SPIKE {
        @Override
        double perSecond(double second, double[] noise) {
            return second >= 60 && second < 60.01 ? 2_000_000 : 20;
        }
    },
    /** Between 20 and 380 events a second, every four minutes. */
    SINE {
        @Override
        double perSecond(double second, double[] noise) {
            return 200 - 180 * Math.cos(2 * Math.PI * second / 240);
        }
    },
    /** 100 events a second, each as if no other had come. */
    POISSON {
        @Override
        double perSecond(double second, double[] noise) {
            return 100;
        }
    },
    /** Nothing, and 100,000 events at once after a minute. */
    BACKLOG {
        @Override
        double perSecond(double second, double[] noise) {
            return second >= 60 && second < 60.001 ? 100_000_000 : 0;
        }
    },
    /** What a log shows: a slow wave, minutes that hang together, bursts with a long tail, and two quiet minutes. */
    TRACE {
        @Override
        double perSecond(double second, double[] noise) {
            if (second >= 380 && second < 500) {
                return 0;
            }
            var wave = 80 + 50 * Math.sin(2 * Math.PI * second / 600);
            return wave * noise[(int) second];
        }
    };

    static final int SECONDS = 600;
    private static final double STEP_SECONDS = 0.001;

    abstract double perSecond(double second, double[] noise);

    /** When the events come, in nanoseconds from the start, ascending. */
    long[] arrivals(long seed) {
        var random = new Random(seed);
        var noise = noise(random);
        var chance = this == POISSON || this == TRACE;
        var times = new long[1 << 16];
        var count = 0;
        var sum = 0.0;
        var next = 1.0;
        for (var step = 0; step < SECONDS / STEP_SECONDS; step++) {
            var second = step * STEP_SECONDS;
            sum += perSecond(second, noise) * STEP_SECONDS;
            for (; sum >= next; next += chance ? -Math.log(1 - random.nextDouble()) : 1) {
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                }
                times[count++] = (long) (second * 1e9);
            }
        }
        return Arrays.copyOf(times, count);
    }

    /** A factor per second: each hangs on the one before, and once in 40 s a burst begins that fades. */
    private static double[] noise(Random random) {
        var noise = new double[SECONDS];
        var slow = 0.0;
        var burst = 0.0;
        for (var i = 0; i < SECONDS; i++) {
            slow = 0.95 * slow + 0.1 * random.nextGaussian();
            burst *= 0.8;
            if (random.nextDouble() < 1.0 / 40) {
                burst += Math.min(12, Math.pow(1 - random.nextDouble(), -1 / 1.5));
            }
            noise[i] = Math.exp(slow) + burst;
        }
        return noise;
    }
}
