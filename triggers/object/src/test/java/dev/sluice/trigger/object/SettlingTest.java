package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettlingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long DAY = 86_400_000L;
    private static final long NOW = 1_767_225_600_000L;

    private final Settling settling = new Settling(Duration.ofSeconds(2), 3);

    private boolean rests(long path, long version, long afterSeconds) {
        return settling.rests(path, version, NOW - 500, NOW + afterSeconds * 1_000, afterSeconds * SECOND);
    }

    @Test
    void restsOnceItWasTheSameForThatLong() {
        assertThat(rests(1, 7, 0)).isFalse();
        assertThat(rests(1, 7, 1)).isFalse();
        assertThat(rests(1, 7, 2)).isTrue();
        assertThat(settling.waiting()).isZero();
    }

    @Test
    void beginsAgainWhenItIsWrittenOn() {
        assertThat(rests(1, 7, 0)).isFalse();
        assertThat(rests(1, 8, 2)).isFalse();
        assertThat(rests(1, 8, 3)).isFalse();
        assertThat(rests(1, 8, 4)).isTrue();
    }

    @Test
    void restsAtOnceWhenItWasWrittenLongAgoAsWhatIsMovedIn() {
        assertThat(settling.rests(1, 7, NOW - DAY, NOW, 0)).isTrue();
        assertThat(settling.rests(2, 7, NOW - DAY + 1, NOW, 0)).isFalse();
    }

    @Test
    void watchesAFileOfAServerWhoseClockIsBehind() {
        var behind = 3 * 3_600_000L;
        assertThat(settling.rests(1, 7, NOW - behind, NOW, 0)).isFalse();
        assertThat(settling.rests(1, 8, NOW - behind + 2_000, NOW + 2_000, 2 * SECOND))
                .isFalse();
        assertThat(settling.rests(1, 8, NOW - behind + 2_000, NOW + 4_000, 4 * SECOND))
                .isTrue();
    }

    @Test
    void watchesAFileWhoseTimeIsInTheFuture() {
        assertThat(settling.rests(1, 7, NOW + 3_600_000, NOW, 0)).isFalse();
        assertThat(settling.rests(1, 7, NOW + 3_600_000, NOW, 2 * SECOND)).isTrue();
    }

    @Test
    void letsMoreFilesThanItWatchesWaitForTheirTurn() {
        for (var path = 1; path <= 5; path++) {
            assertThat(rests(path, 7, 0)).isFalse();
        }
        assertThat(settling.waiting()).isEqualTo(3);
        assertThat(settling.overflowed()).isTrue();
        settling.roundEnded();
        assertThat(rests(1, 7, 2)).isTrue();
        assertThat(rests(4, 7, 2)).isFalse();
        assertThat(rests(4, 7, 4)).isTrue();
    }

    @Test
    void stopsWatchingWhatIsGone() {
        rests(1, 7, 0);
        settling.roundEnded();
        settling.roundEnded();
        assertThat(settling.waiting()).isZero();
    }

    @Test
    void neverWaitsWhenToldSo() {
        assertThat(new Settling(Duration.ZERO, 3).rests(1, 7, NOW, NOW, 0)).isTrue();
    }
}
