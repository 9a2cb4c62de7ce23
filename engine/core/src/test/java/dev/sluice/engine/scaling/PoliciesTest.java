package dev.sluice.engine.scaling;

import static dev.sluice.engine.scaling.Loads.LIMITS;
import static dev.sluice.engine.scaling.Loads.load;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The policies beside the default: KPA by its formula and constants, KEDA's lag by threshold, a fixed number. */
class PoliciesTest {
    private static String decided(Decision decision) {
        return decision.to() + " " + decision.reason();
    }

    private static ScalingRule knative() {
        return new KnativePolicy().rule(LIMITS);
    }

    private static ScalingRule keda() {
        return new LagThresholdPolicy().rule(LIMITS);
    }

    @Test
    void findsTheBuiltInPoliciesByName() {
        var policies = ScalingPolicy.installed(ScalingPolicy.class.getClassLoader());

        assertThat(policies).containsOnlyKeys("demand", "fixed", "knative");
        assertThat(policies.get(ScalingPolicy.DEFAULT_NAME)).isInstanceOf(DemandPolicy.class);
    }

    @Test
    void fixedWantsMaxWhateverTheLoad() {
        var rule = new FixedPolicy().rule(LIMITS);

        assertThat(decided(rule.decide(load().make()))).isEqualTo("100 FIXED");
        assertThat(decided(rule.decide(load().instances(0).idle(600).make()))).isEqualTo("100 FIXED");
    }

    @Test
    void knativeWantsTheStableMeanBySeventyPercentOfTheConcurrency() {
        assertThat(decided(knative().decide(load().asked(21, 21).make()))).isEqualTo("3 NEED");
        assertThat(decided(knative().decide(load().asked(21.1, 21.1).make()))).isEqualTo("4 PANIC");
    }

    @Test
    void knativePanicsAtTwiceTheReadyInstances() {
        assertThat(decided(knative().decide(load().asked(7, 21).make()))).isEqualTo("1 NEED");
        assertThat(decided(knative().decide(load().asked(7, 21.1).make()))).isEqualTo("4 PANIC");
    }

    @Test
    void knativeNeverGoesDownInPanicAndLeavesItAfterTheStableWindow() {
        var rule = knative();
        rule.decide(load().at(100).asked(7, 70).make());

        assertThat(decided(rule.decide(load().at(102).instances(10).asked(7, 7).make())))
                .isEqualTo("10 PANIC");
        assertThat(decided(rule.decide(load().at(160).instances(10).asked(7, 7).make())))
                .isEqualTo("10 PANIC");
        assertThat(decided(rule.decide(load().at(162).instances(10).asked(7, 7).make())))
                .isEqualTo("5 NEED");
    }

    @Test
    void knativeDecidesEveryTwoSeconds() {
        var rule = knative();
        rule.decide(load().at(100).asked(21, 21).make());

        assertThat(rule.decide(load().at(101.9).asked(70, 70).make()).to()).isEqualTo(3);
        assertThat(rule.decide(load().at(102).asked(70, 70).make()).to()).isEqualTo(10);
    }

    @Test
    void knativeIsPokedByTheFirstEvent() {
        var rule = knative();
        rule.decide(load().at(100).instances(0).leased(0).make());

        assertThat(decided(rule.decide(
                        load().at(100.1).instances(0).leased(0).runnable(1).make())))
                .isEqualTo("1 NEED");
    }

    @Test
    void knativeGoesToZeroAfterTheGracePeriod() {
        var rule = knative();
        assertThat(decided(rule.decide(load().at(100).instances(1).idle(60).make())))
                .isEqualTo("1 FLOOR");
        assertThat(decided(rule.decide(load().at(128).instances(1).idle(88).make())))
                .isEqualTo("1 FLOOR");
        assertThat(decided(rule.decide(load().at(130).instances(1).idle(90).make())))
                .isEqualTo("0 ZERO");
    }

    @Test
    void knativeKeepsWithinMinAndMax() {
        var limits = new ScaleLimits(2, 5, 10, Duration.ofSeconds(10), LIMITS.idle(), 0, Duration.ofSeconds(30));

        assertThat(decided(new KnativePolicy()
                        .rule(limits)
                        .decide(load().asked(70, 7).make())))
                .isEqualTo("5 MAX");
        assertThat(decided(new KnativePolicy()
                        .rule(limits)
                        .decide(load().asked(0, 0).make())))
                .isEqualTo("2 MIN");
    }

    @Test
    void kedaWakesOneInstanceAndAddsFourOrTwiceAsManyPerSync() {
        var rule = keda();

        assertThat(rule.decide(load().at(0).instances(0).lag(1_000).make()).to())
                .isEqualTo(5);
        assertThat(rule.decide(load().at(14.9).instances(5).lag(1_000).make()).to())
                .isEqualTo(5);
        assertThat(rule.decide(load().at(15).instances(5).lag(1_000).make()).to())
                .isEqualTo(10);
        assertThat(rule.decide(load().at(30).instances(10).lag(1_000).make()).to())
                .isEqualTo(20);
    }

    @Test
    void kedaGoesDownByTheHighestWishOfFiveMinutes() {
        var rule = keda();
        rule.decide(load().at(0).instances(0).lag(50).make());

        assertThat(rule.decide(load().at(300).instances(5).lag(10).make()).to()).isEqualTo(5);
        assertThat(rule.decide(load().at(315).instances(5).lag(10).make()).to()).isEqualTo(1);
    }

    @Test
    void kedaHoldsWithinATenthAndOnAnUnknownLag() {
        var rule = keda();
        rule.decide(load().at(0).instances(0).lag(50).make());

        assertThat(rule.decide(load().at(15).instances(5).lag(54).make()).to()).isEqualTo(5);
        assertThat(rule.decide(load().at(30).instances(5).lagUnknown().make()).to())
                .isEqualTo(5);
    }
}
