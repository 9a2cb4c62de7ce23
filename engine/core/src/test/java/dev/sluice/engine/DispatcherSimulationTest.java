package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The promises of settling, order and limits, over many seeded schedules. A failure names its seed; run that one alone with
 * {@code -DargLine.module=-Dsluice.simulation.seed=N}, and a million of them with {@code ./sluice soak simulation}.
 */
@Execution(ExecutionMode.CONCURRENT)
class DispatcherSimulationTest {
    private static final Long SEED = Long.getLong("sluice.simulation.seed");
    private static final int MEMORY_SCHEDULES = 65_000;
    private static final int KAFKA_SCHEDULES = 35_000;

    private final Simulation simulation = new Simulation();

    @Test
    void losesAndReordersNothingOverManySeededSchedulesWithFaults() {
        run(Simulation.Source.MEMORY, MEMORY_SCHEDULES);
    }

    @Test
    void losesAndReordersNothingAndRepeatsOnlyWhatNoCommitCoversOverKillsAndRebalances() {
        run(Simulation.Source.KAFKA, KAFKA_SCHEDULES);

        var totals = simulation.kafkaTotals();
        if (SEED == null) {
            assertThat(totals.kills).as("kills").isGreaterThan(KAFKA_SCHEDULES / 10);
            assertThat(totals.stops).as("stops").isGreaterThan(KAFKA_SCHEDULES / 20);
            assertThat(totals.moves).as("partitions given up").isGreaterThan(KAFKA_SCHEDULES / 10);
            assertThat(totals.losses).as("partitions lost").isGreaterThan(KAFKA_SCHEDULES / 50);
            assertThat(totals.repeats).as("repeats").isGreaterThan(KAFKA_SCHEDULES / 20);
        }
    }

    private void run(Simulation.Source source, int schedules) {
        simulation.run(source, SEED == null ? 0 : SEED, SEED == null ? schedules : 1, done -> {});
    }
}
