package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The token bucket behind a trigger's rate. */
class RateTest {
    @Test
    void saysItselfAsAManifestWritesIt() {
        assertThat(new Rate(100, Duration.ofSeconds(1))).hasToString("100/s");
        assertThat(new Rate(30, Duration.ofMinutes(1))).hasToString("30/m");
        assertThat(new Rate(1, Duration.ofHours(1))).hasToString("1/h");
        assertThat(new Rate(1, Duration.ofHours(1)).burst()).isEqualTo(1);
        assertThat(new Rate(1_000_000, Duration.ofSeconds(1)).burst()).isEqualTo(100_000);
    }

    @Test
    void refusesWhatIsNoRate() {
        assertThatThrownBy(() -> new Rate(0, Duration.ofSeconds(1))).hasMessageContaining("events is 0");
        assertThatThrownBy(() -> new Rate(1, Duration.ofMillis(1))).hasMessageContaining("must be at least a second");
    }

    /** Whatever the times at which it is looked at: over any time no more than the rate and one burst. */
    @Property(tries = 200)
    void letsThroughTheRateAndABurstAtMostAndMissesNothing(
            @ForAll @IntRange(min = 1, max = 5_000) int events,
            @ForAll @Size(min = 1, max = 60) List<@LongRange(min = 0, max = 3_000_000_000L) Long> steps) {
        var rate = new Rate(events, Duration.ofSeconds(1));
        var start = Long.MAX_VALUE - 10_000_000_000L; // the clock may overflow
        var pace = new Pace(rate, start);
        var taken = 0L;
        var now = start;
        for (var step : steps) {
            now += step;
            for (var there = pace.available(now); there > 0; there--) {
                pace.take(1, now);
                taken++;
            }
            var due = (now - start) / rate.intervalNanos();
            assertThat(taken).isLessThanOrEqualTo(due + rate.burst());
            assertThat(pace.available(now)).isZero();
            assertThat(pace.available(pace.dueNanos(1))).isGreaterThanOrEqualTo(1);
            assertThat(pace.available(pace.dueNanos(1) - 1)).isZero();
        }
    }
}
