package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryLimitsTest {
    @Test
    void takesAQuarterOfTheHeapByDefault() {
        assertThat(MemoryLimits.DEFAULT.bytesMax())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThat(MemoryLimits.DEFAULT.topicBytesMax()).isEqualTo(MemoryLimits.DEFAULT.bytesMax() / 2);
    }

    @Test
    void namesEveryMistakeAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryLimits(0, 0, 0, 0, -1, -1, Duration.ZERO, 0))
                .withMessageContaining("partitions is 0, must be 1 to 1,024")
                .withMessageContaining("topics-max is 0")
                .withMessageContaining("topic-events-max is 0")
                .withMessageContaining("topic-bytes-max is 0")
                .withMessageContaining("bytes-max is -1")
                .withMessageContaining("waiting-sends-max is -1")
                .withMessageContaining("send-deadline is PT0S")
                .withMessageContaining("event-bytes-max is 0");
    }

    @Test
    void wantsRoomForTheLargestEventInATopic() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryLimits(1, 1, 1, 1_000, 1_000, 1, Duration.ofSeconds(1), 1_000))
                .withMessage("memory limits: topic-bytes-max is 1000, must be room for one event");
    }
}
