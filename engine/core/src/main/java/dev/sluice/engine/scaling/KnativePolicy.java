package dev.sluice.engine.scaling;

/**
 * Knative's pod autoscaler (KPA) with its shipped constants, for comparison: it follows the mean number of events in
 * work, over 60 s and in panic over 6 s, decides every 2 s, and does not see the lag.
 */
public final class KnativePolicy implements ScalingPolicy {
    @Override
    public String name() {
        return "knative";
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        return new KnativeRule(limits);
    }
}
