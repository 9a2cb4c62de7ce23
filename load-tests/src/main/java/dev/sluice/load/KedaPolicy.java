package dev.sluice.load;

import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.engine.scaling.ScalingPolicy;
import dev.sluice.engine.scaling.ScalingRule;
import dev.sluice.engine.scaling.ScalingSimulation;

/**
 * The lag threshold rule of the simulator, installed in engines that benchmarks start: no policy to run anything with.
 */
public final class KedaPolicy implements ScalingPolicy {
    private final ScalingPolicy rule = ScalingSimulation.compared().stream()
            .filter(policy -> policy.name().equals("keda"))
            .findFirst()
            .orElseThrow();

    @Override
    public String name() {
        return rule.name();
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        return rule.rule(limits);
    }
}
