package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.load.soak.Rebalance.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * The short form of the soak: real engines, a real Kafka, real kills. {@code -Dsluice.soak.seed=N} repeats the random
 * numbers of an earlier one.
 */
class ShortSoakTest {
    private static final int EVENTS_PER_SECOND = 1_000;

    private final long seed =
            Long.getLong("sluice.soak.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));

    @Test
    void losesNothingWhenTheEngineIsKilledThreeTimes() throws Exception {
        mustHold(new EngineKill(), 3);
    }

    @Test
    void losesAndDoublesNothingBeyondTheBoundInFiveRebalances() throws Exception {
        mustHold(new Rebalance(Protocol.COOPERATIVE, 0.5, 1.5), 5);
    }

    private void mustHold(Scenario scenario, int rounds) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            var outcome = new SoakRunner(new Progress(out, Duration.ofMinutes(1)), Load.of(EVENTS_PER_SECOND))
                    .run(scenario, rounds, seed);

            assertThat(outcome.broken())
                    .as("seed %d: %s", seed, said.toString(StandardCharsets.UTF_8))
                    .isEmpty();
            assertThat(outcome.verdict().published()).isPositive();
        }
    }
}
