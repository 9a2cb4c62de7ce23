package dev.sluice.server.manifest;

import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.engine.scaling.ScalingPolicy;
import java.time.Duration;

/**
 * How a function's instances are to follow its load.
 *
 * @param place where it is written; the function's where it is not
 * @param policy decides on their number
 * @param min instances kept when idle
 * @param max instances at most
 * @param maxWritten whether {@code max} is the author's word and not the default
 * @param drain in what time a backlog should be worked off
 * @param idle how long a function without work keeps an instance, when {@code min} is 0
 * @param warm instances beyond those that the work needs
 */
public record ScalingManifest(
        Place place,
        ScalingPolicy policy,
        int min,
        int max,
        boolean maxWritten,
        Duration drain,
        Duration idle,
        int warm) {
    /** The same with another bound. */
    ScalingManifest withMax(int other) {
        return new ScalingManifest(place, policy, min, other, maxWritten, drain, idle, Math.min(warm, other));
    }

    /** Instances that are started before there is any load. */
    public int instances() {
        return policy.name().equals(ScalingReader.FIXED) ? max : min;
    }

    /** The bounds of the policy's rule, for a function with so many slots an instance and so long runs. */
    public ScaleLimits limits(int concurrency, Duration timeout) {
        return new ScaleLimits(min, max, concurrency, drain, idle, warm, timeout);
    }
}
