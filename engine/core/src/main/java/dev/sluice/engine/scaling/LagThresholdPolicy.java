package dev.sluice.engine.scaling;

/**
 * KEDA's Kafka scaler and the pod autoscaler (HPA) behind it with their shipped constants, for comparison only: an
 * instance per ten events behind, idle consumers allowed, so that partitions don't bound it.
 */
final class LagThresholdPolicy implements ScalingPolicy {
    @Override
    public String name() {
        return "keda";
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        return new LagThresholdRule(limits);
    }
}
