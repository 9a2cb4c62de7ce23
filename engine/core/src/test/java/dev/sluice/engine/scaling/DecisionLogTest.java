package dev.sluice.engine.scaling;

import static dev.sluice.engine.scaling.Loads.load;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DecisionLogTest {
    private final DecisionLog log = new DecisionLog();

    private static Decision decision(int to, Reason reason, String words) {
        return Decision.of(load().instances(2).make(), to, reason, () -> words);
    }

    @Test
    void foldsWhatRepeatsAndKeepsTheLastFigures() {
        log.add(decision(3, Reason.NEED, "first"), Instant.ofEpochSecond(1));
        log.add(decision(3, Reason.NEED, "second"), Instant.ofEpochSecond(2));
        log.add(decision(3, Reason.PANIC, "third"), Instant.ofEpochSecond(3));

        var entries = log.newestFirst();

        assertThat(entries).hasSize(2);
        assertThat(entries.get(0).decision().words()).isEqualTo("2 -> 3 instances: third");
        assertThat(entries.get(1).count()).isEqualTo(2);
        assertThat(entries.get(1).first()).isEqualTo(Instant.ofEpochSecond(1));
        assertThat(entries.get(1).last()).isEqualTo(Instant.ofEpochSecond(2));
        assertThat(entries.get(1).decision().words()).isEqualTo("2 -> 3 instances: second");
    }

    @Test
    void keepsTheLastThousand() {
        for (var i = 0; i < 1_500; i++) {
            log.add(decision(i, Reason.NEED, "x"), Instant.ofEpochSecond(i));
        }

        assertThat(log.newestFirst()).hasSize(1_000);
        assertThat(log.newestFirst().get(0).decision().to()).isEqualTo(1_499);
        assertThat(log.newestFirst().get(999).decision().to()).isEqualTo(500);
    }

    @Test
    void makesTheSentenceOnlyWhenAsked() {
        var made = new AtomicInteger();
        var decision = Decision.of(load().instances(1).make(), 1, Reason.NEED, () -> "made " + made.incrementAndGet());
        log.add(decision, Instant.EPOCH);

        assertThat(made).hasValue(0);
        assertThat(log.newestFirst().get(0).decision()).hasToString("NEED stays at 1 instance: made 1");
    }

    @Test
    void refusesATargetBelowZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decision(-1, Reason.CUSTOM, "x"))
                .withMessage("target is -1: it must not be negative");
    }
}
