package dev.sluice.engine.scaling;

/** As many instances as {@code max} says, whatever the load. */
public final class FixedPolicy implements ScalingPolicy {
    @Override
    public String name() {
        return "fixed";
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        return load -> Decision.of(load, limits.max(), Reason.FIXED, () -> "the policy is fixed, and max says so");
    }
}
