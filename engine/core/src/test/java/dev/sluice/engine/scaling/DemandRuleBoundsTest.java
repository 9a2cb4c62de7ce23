package dev.sluice.engine.scaling;

import static dev.sluice.engine.scaling.Loads.LIMITS;
import static dev.sluice.engine.scaling.Loads.load;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for the default rule whatever the load, on random ones that follow its decisions. */
class DemandRuleBoundsTest {
    private static ScaleLimits limits(Random random) {
        return new ScaleLimits(
                random.nextInt(3),
                3 + random.nextInt(90),
                LIMITS.concurrency(),
                LIMITS.drain(),
                LIMITS.idle(),
                random.nextInt(3),
                LIMITS.timeout());
    }

    @Test
    void staysWithinItsBoundsOnAnyLoadAndNeverGoesDownInTheDark() {
        var random = new Random(7);
        for (var run = 0; run < 50; run++) {
            var limits = limits(random);
            var rule = new DemandPolicy().rule(limits);
            var instances = random.nextInt(limits.max() + 1);
            var settled = 0L;
            var leasedSeconds = 0.0;
            for (var tick = 0; tick < 100; tick++) {
                var leased = random.nextInt(instances * 10 + 1);
                var dark = random.nextInt(5) == 0;
                settled += random.nextInt(100);
                leasedSeconds += leased / 10.0;
                var load = load().at(100 + tick / 10.0)
                        .instances(instances)
                        .leased(leased)
                        .peak(leased)
                        .serviceSeconds(random.nextDouble())
                        .totals(leasedSeconds, settled)
                        .rate(random.nextInt(2_000), random.nextInt(4_000))
                        .unfetched(random.nextInt(3) == 0 ? random.nextInt(100_000) : 0)
                        .runnable(random.nextInt(64))
                        .cpu(random.nextDouble());
                var decision = rule.decide((dark ? load.lagUnknown() : load).make());
                assertThat(decision.to()).isBetween(limits.min(), limits.max());
                assertThat(decision.words()).isNotBlank();
                if (dark) {
                    assertThat(decision.to()).isGreaterThanOrEqualTo(instances);
                }
                instances = decision.to();
            }
        }
    }
}
