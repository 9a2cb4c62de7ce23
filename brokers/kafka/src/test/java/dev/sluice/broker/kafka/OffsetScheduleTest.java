package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A million random schedules of one partition, each against a naive model ({@link OffsetSchedule}).
 *
 * <p>{@code -Dsluice.offsets.seed=N} repeats one schedule; {@code -Dsluice.offsets.schedules=N} says how many.
 */
class OffsetScheduleTest {
    private static final int SCHEDULES = Integer.getInteger("sluice.offsets.schedules", 1_000_000);

    @Test
    void neverSkipsWhatIsNotDoneAndRepeatsOnlyWhatWasDoneAfterTheLastCommit() {
        var repeated = Long.getLong("sluice.offsets.seed");
        if (repeated != null) {
            new OffsetSchedule(repeated).run();
            return;
        }
        var crashes = 0L;
        var repeats = 0L;
        var first = System.nanoTime();
        for (var seed = first; seed < first + SCHEDULES; seed++) {
            var schedule = new OffsetSchedule(seed);
            try {
                schedule.run();
            } catch (AssertionError | RuntimeException wrong) {
                throw new AssertionError("-Dsluice.offsets.seed=" + seed + ": " + wrong.getMessage(), wrong);
            }
            crashes += schedule.crashes();
            repeats += schedule.repeats();
        }
        assertThat(crashes).as("the schedules do crash").isGreaterThan(SCHEDULES / 2);
        assertThat(repeats).as("the crashes do repeat").isGreaterThan(SCHEDULES / 10);
    }
}
