package dev.sluice.server.manifest;

import dev.sluice.engine.scaling.DemandPolicy;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.engine.scaling.ScalingPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;

/** Reads {@code scaling} of a Function. */
final class ScalingReader {
    /** The policy without a rule: its number of instances stays. */
    static final String FIXED = "fixed";

    private static final int INSTANCES_MAX = 1_000;

    private final Map<String, ScalingPolicy> policies;

    /** @param policies those that may be named, by name */
    ScalingReader(Map<String, ScalingPolicy> policies) {
        this.policies = policies;
    }

    /** Lets those be named that are on the engine's own class path; a mistake when they can't be told apart. */
    static ScalingReader installed(Mistakes mistakes) {
        try {
            return new ScalingReader(ScalingPolicy.installed(ScalingReader.class.getClassLoader()));
        } catch (IllegalStateException | ServiceConfigurationError unusable) {
            mistakes.add(Place.file("class path"), "", "", String.valueOf(unusable.getMessage()));
            return new ScalingReader(Map.of(ScalingPolicy.DEFAULT_NAME, new DemandPolicy()));
        }
    }

    /** What stands there, or the defaults when nothing does. */
    ScalingManifest read(Section spec) {
        var scaling = spec.section("scaling");
        var standard = ScaleLimits.DEFAULT;
        if (scaling == null) {
            return new ScalingManifest(
                    spec.place(),
                    policy(ScalingPolicy.DEFAULT_NAME),
                    standard.min(),
                    standard.max(),
                    false,
                    standard.drain(),
                    standard.idle(),
                    standard.warm());
        }
        var policy = policy(scaling);
        var min = scaling.whole("min", standard.min(), 0, INSTANCES_MAX);
        var max = max(scaling, policy, min);
        var read = new ScalingManifest(
                scaling.place("max"),
                policy,
                Math.min(min, max),
                max,
                scaling.has("max"),
                scaling.duration("drain", standard.drain(), Duration.ofMillis(100), Duration.ofHours(1)),
                scaling.duration("idle", standard.idle(), Duration.ZERO, Duration.ofDays(1)),
                warm(scaling, max));
        scaling.end();
        return read;
    }

    private ScalingPolicy policy(Section scaling) {
        var name = scaling.text("policy").orElse(ScalingPolicy.DEFAULT_NAME);
        if (!policies.containsKey(name)) {
            scaling.mistake(
                    "policy",
                    "is no scaling policy; installed are " + String.join(", ", policies.keySet())
                            + Nearest.hint(name, policies.keySet()));
            return policy(ScalingPolicy.DEFAULT_NAME);
        }
        return policy(name);
    }

    private ScalingPolicy policy(String name) {
        return Objects.requireNonNull(policies.get(name), "the policy '" + name + "' is built in");
    }

    private static int max(Section scaling, ScalingPolicy policy, int min) {
        var least = Math.max(1, min);
        var standard = policy.name().equals(FIXED) ? least : Math.max(least, ScaleLimits.DEFAULT.max());
        var max = scaling.whole("max", standard, 1, INSTANCES_MAX);
        if (max < min) {
            scaling.mistake("max", "must reach scaling.min, " + min);
        }
        return max;
    }

    private static int warm(Section scaling, int max) {
        var warm = scaling.whole("warm", 0, 0, INSTANCES_MAX);
        if (warm > max) {
            scaling.mistake("warm", "must not exceed scaling.max, " + max);
        }
        return Math.min(warm, max);
    }
}
