package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Property(tries = 500)
    void inNoMinuteAreMoreTakenThanTheRate(
            @ForAll @IntRange(min = 1, max = 400) int rate,
            @ForAll @Size(min = 1, max = 300) List<@IntRange(max = 3_000) Integer> gapsMillis) {
        Pace pace = new Pace(rate);
        List<Long> taken = new ArrayList<>();
        long now = 0;
        for (int gap : gapsMillis) {
            now += gap * 1_000_000L;
            long at = Math.max(now, pace.nextAt());
            pace.take(at);
            taken.add(at);
        }

        for (int i = 0; i + rate < taken.size(); i++) {
            assertThat(taken.get(i + rate) - taken.get(i)).isGreaterThanOrEqualTo(60 * SECOND);
        }
    }

    /** Who asks all the time gets nearly the rate. */
    @Property(tries = 100)
    void inALongTimeNoLessThanNineTenthsOfTheRateAreTaken(@ForAll @IntRange(min = 1, max = 5_000) int rate) {
        Pace pace = new Pace(rate);
        long now = 0;
        for (int i = 0; i < 10 * rate; i++) {
            now = Math.max(now, pace.nextAt());
            pace.take(now);
        }

        assertThat(now).isLessThanOrEqualTo(60 * SECOND * 10 * 10 / 9 + 60 * SECOND);
    }

    @Example
    void aTenthOfTheRateIsTakenAtOnceAndTheRestInTurn() {
        Pace pace = new Pace(100);
        for (int i = 0; i < 10; i++) {
            assertThat(pace.nextAt()).isLessThanOrEqualTo(0);
            pace.take(0);
        }

        assertThat(pace.nextAt()).isBetween(600_000_000L, 700_000_000L);
    }

    @Example
    void withoutARateAnyNumberIsTaken() {
        Pace pace = new Pace(Pace.ANY);
        for (int i = 0; i < 10_000; i++) {
            pace.take(5);
        }

        assertThat(pace.nextAt()).isLessThanOrEqualTo(5);
    }
}
