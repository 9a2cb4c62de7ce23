package dev.sluice.engine.scaling;

import java.time.Duration;
import java.util.ArrayList;

/**
 * Between what bounds a function is scaled, and how fast.
 *
 * @param min instances kept when idle, from 0; 0 scales to zero
 * @param max instances at most, 1 to 1,000
 * @param concurrency slots of one instance, 1 to 10,000
 * @param drain in what time a backlog should be worked off, 100 ms to an hour
 * @param idle how long a function without work keeps an instance, up to a day; only with {@code min} 0
 * @param warm instances wanted beyond those that the work needs, while there is work; within {@code max}
 * @param timeout bounds one run, up to a day
 */
public record ScaleLimits(
        int min, int max, int concurrency, Duration drain, Duration idle, int warm, Duration timeout) {
    private static final Duration DAY = Duration.ofDays(1);

    /** From zero to 16 instances with 16 slots, a backlog gone in 10 s, zero after a minute, no spares, 30 s a run. */
    public static final ScaleLimits DEFAULT =
            new ScaleLimits(0, 16, 16, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofSeconds(30));

    private static final int INSTANCES_MAX = 1_000;
    private static final int CONCURRENCY_MAX = 10_000;

    public ScaleLimits {
        var wrong = new ArrayList<String>();
        require(min >= 0, "min", min, "must not be negative", wrong);
        require(max >= 1 && max <= INSTANCES_MAX, "max", max, "must be between 1 and " + INSTANCES_MAX, wrong);
        require(max >= min, "max", max, "must reach min, which is " + min, wrong);
        require(
                concurrency >= 1 && concurrency <= CONCURRENCY_MAX,
                "concurrency",
                concurrency,
                "must be between 1 and " + CONCURRENCY_MAX,
                wrong);
        require(
                drain.compareTo(Duration.ofMillis(100)) >= 0 && drain.compareTo(Duration.ofHours(1)) <= 0,
                "drain",
                drain,
                "must be between 100 ms and an hour",
                wrong);
        require(!idle.isNegative() && idle.compareTo(DAY) <= 0, "idle", idle, "must be between 0 and a day", wrong);
        require(warm >= 0 && warm <= max, "warm", warm, "must be between 0 and max, which is " + max, wrong);
        require(
                timeout.compareTo(Duration.ZERO) > 0 && timeout.compareTo(DAY) <= 0,
                "timeout",
                timeout,
                "must be positive and at most a day",
                wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    private static void require(boolean holds, String name, Object value, String rule, ArrayList<String> wrong) {
        if (!holds) {
            wrong.add("scaling." + name + " is " + value + ": it " + rule);
        }
    }

    /** Instances that hold so many slots; never negative, at most a billion. */
    int instancesFor(double slots) {
        return (int) Math.min(1e9, Math.ceil(Math.max(0, slots) / concurrency));
    }

    /** The nearest number of instances within {@code min} and {@code max}. */
    public int clamp(int instances) {
        return Math.max(min, Math.min(max, instances));
    }
}
