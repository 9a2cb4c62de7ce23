package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An event that ends the process in which it runs is given up after its tries, and its neighbours are not. */
class SuspectRuleTest {
    private static final int SEEDS = 500;

    /** Whatever the seed: the killer among 15 innocents. */
    @Test
    void findsTheOneThatKillsAmongFifteenInnocents() {
        var most = 0;
        for (var seed = 1; seed <= SEEDS; seed++) {
            most = Math.max(
                    most,
                    SuspectSimulation.of(seed)
                            .partitions(1)
                            .records(16)
                            .killers(1)
                            .retry(5)
                            .run());
        }
        assertThat(most).as("restarts").isBetween(4, 2 + 2 + 5 + 1);
    }

    /** However far behind the position the killer is, and however far apart the offsets are. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void findsKillersAmongHundredsOfInnocents(int retry) {
        var most = 0;
        for (var seed = 1; seed <= SEEDS / 5; seed++) {
            most = Math.max(
                    most,
                    SuspectSimulation.of(seed)
                            .partitions(1)
                            .records(400)
                            .killers(1)
                            .retry(retry)
                            .run());
        }
        assertThat(most).as("restarts").isLessThanOrEqualTo(5 + retry + 1);
    }

    @Test
    void givesNoInnocentUpForAKillerInAnotherPartition() {
        var most = 0;
        for (var seed = 1; seed <= SEEDS / 5; seed++) {
            most = Math.max(
                    most,
                    SuspectSimulation.of(seed)
                            .partitions(3)
                            .records(60)
                            .killers(1)
                            .retry(5)
                            .run());
        }
        assertThat(most).as("restarts").isLessThanOrEqualTo(5 + 5 + 1);
    }

    @Test
    void findsSeveralKillers() {
        var most = 0;
        for (var seed = 1; seed <= SEEDS / 5; seed++) {
            most = Math.max(
                    most,
                    SuspectSimulation.of(seed)
                            .partitions(2)
                            .records(80)
                            .killers(3)
                            .retry(5)
                            .run());
        }
        assertThat(most).as("restarts").isLessThanOrEqualTo(100);
    }

    @Test
    void givesNobodyUpWhenProcessesAreKilledFromOutside() {
        for (var seed = 1; seed <= SEEDS / 5; seed++) {
            SuspectSimulation.of(seed)
                    .partitions(2)
                    .records(80)
                    .killers(0)
                    .kills(12)
                    .retry(5)
                    .run();
        }
    }
}
