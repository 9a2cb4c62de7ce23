package dev.sluice.engine.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScaleLimitsTest {
    private static final Duration TEN = Duration.ofSeconds(10);

    private static ScaleLimits limits(int min, int max, int concurrency, Duration drain, int warm) {
        return new ScaleLimits(min, max, concurrency, drain, TEN, warm, TEN);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments(-1, 1, 1, TEN, 0, "scaling.min is -1: it must not be negative"),
                arguments(0, 0, 1, TEN, 0, "scaling.max is 0: it must be between 1 and 1000"),
                arguments(0, 1_001, 1, TEN, 0, "scaling.max is 1001: it must be between 1 and 1000"),
                arguments(3, 2, 1, TEN, 0, "scaling.max is 2: it must reach min, which is 3"),
                arguments(0, 1, 0, TEN, 0, "scaling.concurrency is 0: it must be between 1 and 10000"),
                arguments(
                        0,
                        1,
                        1,
                        Duration.ofMillis(99),
                        0,
                        "scaling.drain is PT0.099S: it must be between 100 ms" + " and an hour"),
                arguments(0, 4, 1, TEN, 5, "scaling.warm is 5: it must be between 0 and max, which is 4"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesWhatIsWrong(int min, int max, int concurrency, Duration drain, int warm, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits(min, max, concurrency, drain, warm))
                .withMessage(message);
    }

    @Test
    void namesEveryMistakeAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScaleLimits(-1, 1, 0, TEN, Duration.ofDays(2), 0, Duration.ZERO))
                .withMessage(
                        "scaling.min is -1: it must not be negative; scaling.concurrency is 0: it must be between 1"
                                + " and 10000; scaling.idle is PT48H: it must be between 0 and a day; scaling.timeout is PT0S:"
                                + " it must be positive and at most a day");
    }

    @Test
    void takesTheBoundsThemselves() {
        assertThat(limits(1_000, 1_000, 10_000, Duration.ofMillis(100), 1_000).instancesFor(20_001))
                .isEqualTo(3);
        assertThat(ScaleLimits.DEFAULT.max()).isEqualTo(16);
    }
}
