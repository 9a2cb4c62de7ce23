package dev.sluice.server;

import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.engine.scaling.ScalingPolicy;
import dev.sluice.engine.scaling.ScalingRule;
import java.util.OptionalInt;

/**
 * A function's policy, which a person may overrule with a number of instances until this process ends. The policy goes
 * on to decide meanwhile, so that it knows the load when it is asked again, and so that both are told.
 */
final class HandScaling implements ScalingPolicy {
    private static final int AUTO = -1;

    private final ScalingPolicy policy;
    private volatile int instances = AUTO;

    HandScaling(ScalingPolicy policy) {
        this.policy = policy;
    }

    /** From the next decision on there are so many instances; empty leaves it to the policy again. */
    void set(OptionalInt number) {
        instances = number.orElse(AUTO);
    }

    /** What a person has set. */
    OptionalInt instances() {
        var set = instances;
        return set == AUTO ? OptionalInt.empty() : OptionalInt.of(set);
    }

    @Override
    public String name() {
        return policy.name();
    }

    @Override
    public ScalingRule rule(ScaleLimits limits) {
        var rule = policy.rule(limits);
        return load -> {
            var decided = rule.decide(load);
            var set = instances;
            return set == AUTO ? decided : decided.boundTo(set, Reason.BY_HAND, () -> "set by hand");
        };
    }
}
