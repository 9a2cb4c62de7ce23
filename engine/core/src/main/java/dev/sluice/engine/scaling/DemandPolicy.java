package dev.sluice.engine.scaling;

/** Follows demand and lag: the formula of the specification's "Scaling". The default. */
public final class DemandPolicy implements ScalingPolicy {
    @Override
    public String name() {
        return DEFAULT_NAME;
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        return new DemandRule(limits);
    }
}
