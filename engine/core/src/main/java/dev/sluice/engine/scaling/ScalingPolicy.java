package dev.sluice.engine.scaling;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A way to decide how many instances a function has, found by {@link ServiceLoader} and chosen by its name. Built in
 * are {@code demand} (the default), {@code knative} and {@code fixed}. A policy holds no state; its rules do. Safe
 * from any thread.
 */
public interface ScalingPolicy {
    /** The policy that is used where none is named. */
    String DEFAULT_NAME = "demand";

    /** What a manifest calls it; unique on the class path. */
    String name();

    /** The rule of one function, which remembers what this function did. Never blocks. */
    ScalingRule rule(ScaleLimits limits);

    /**
     * Every policy that the class loader finds, by name.
     *
     * @throws IllegalStateException when two of them have one name
     */
    static Map<String, ScalingPolicy> installed(ClassLoader loader) {
        var byName = new TreeMap<String, ScalingPolicy>();
        for (var policy : ServiceLoader.load(ScalingPolicy.class, loader)) {
            var other = byName.put(policy.name(), policy);
            if (other != null) {
                throw new IllegalStateException("scaling policy '" + policy.name() + "' is there twice: "
                        + other.getClass().getName() + " and "
                        + policy.getClass().getName());
            }
        }
        return byName;
    }
}
