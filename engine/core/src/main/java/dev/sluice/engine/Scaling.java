package dev.sluice.engine;

import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.engine.scaling.ScalingPolicy;
import java.util.Objects;

/**
 * How a function's instances follow its load.
 *
 * @param policy decides every 100 ms, and at once when an event finds no instance
 * @param limits between what bounds
 */
public record Scaling(ScalingPolicy policy, ScaleLimits limits) {
    public Scaling {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(limits, "limits");
    }
}
