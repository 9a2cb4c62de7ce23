package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.engine.scaling.FixedPolicy;
import dev.sluice.engine.scaling.Load;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScaleLimits;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A number that a person sets over the policy's head. */
class HandScalingTest {
    private static final Load LOAD = new Load(
            0,
            new Load.Instances(1, 0, 0, 0),
            new Load.Slots(0, 0, 0, 0, 0, 0, 0, 0, 0, false),
            new Load.Arrivals(0, 0),
            new Load.Backlog(Ordering.KEY, 0, true, 0, 0, 0, 0, 0, Load.Blocked.NONE),
            0,
            0);

    private final HandScaling hand = new HandScaling(new FixedPolicy());

    @Test
    void leavesDecisionsToThePolicyUntilANumberIsSet() {
        assertThat(hand.name()).isEqualTo("fixed");
        assertThat(hand.rule(ScaleLimits.DEFAULT).decide(LOAD).to()).isEqualTo(16);
    }

    @Test
    void overrulesThePolicyAndTellsWhatItSays() {
        var rule = hand.rule(ScaleLimits.DEFAULT);
        hand.set(OptionalInt.of(3));

        var decision = rule.decide(LOAD);

        assertThat(decision.to()).isEqualTo(3);
        assertThat(decision.reason()).isEqualTo(Reason.BY_HAND);
        assertThat(decision.words())
                .isEqualTo("1 -> 3 instances: set by hand; else 16, the policy is fixed, and max says so");
    }

    @Test
    void letsThePolicyDecideAgainWhenTheNumberIsTakenBack() {
        var rule = hand.rule(ScaleLimits.DEFAULT);
        hand.set(OptionalInt.of(0));
        assertThat(rule.decide(LOAD).to()).isZero();

        hand.set(OptionalInt.empty());

        assertThat(rule.decide(LOAD).to()).isEqualTo(16);
    }
}
