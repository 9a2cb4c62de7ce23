package dev.sluice.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long an event waits before its next try.
 *
 * @param policy how the wait grows with the number of the retry
 * @param delay the wait before the first retry, without jitter
 * @param max the longest wait
 */
public record Backoff(Policy policy, Duration delay, Duration max) {
    /** Exponential from 200 ms to 30 s. */
    public static final Backoff DEFAULT =
            new Backoff(Policy.EXPONENTIAL, Duration.ofMillis(200), Duration.ofSeconds(30));

    private static final double JITTER = 0.2;

    /** How the wait before retry n (1, 2, …) follows from the delay. */
    public enum Policy {
        /** {@code delay x 2^(n-1)}. */
        EXPONENTIAL,
        /** {@code delay x n}. */
        LINEAR,
        /** {@code delay}. */
        CONSTANT
    }

    public Backoff {
        new Violations("backoff")
                .require(!delay.isNegative(), "delay", delay, "must not be negative")
                .require(delay.compareTo(Duration.ofDays(1)) <= 0, "delay", delay, "must be at most a day")
                .require(max.compareTo(delay) >= 0, "max", max, "must reach the delay")
                .throwIfAny();
    }

    /** The wait in nanoseconds before retry n, capped, with a jitter of 20 % either way. */
    long nanos(int retry, RandomGenerator random) {
        var base = delay.toNanos();
        var wait =
                switch (policy) {
                    case CONSTANT -> (double) base;
                    case LINEAR -> (double) base * retry;
                    case EXPONENTIAL -> base * Math.pow(2, Math.min(retry - 1, 62));
                };
        return (long) (Math.min(wait, (double) max.toNanos()) * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }
}
