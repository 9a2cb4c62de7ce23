package dev.sluice.load.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class FixedDelayTest {
    @Test
    void tellsOfEveryWaitHowLongItTookAndThatIsNeverLessThanAskedFor() {
        var delay = new FixedDelay(Duration.ofMillis(5));

        List<Long> took =
                Flux.range(0, 100).flatMap(i -> delay.await(), 10).collectList().block(Duration.ofSeconds(20));

        assertThat(took).hasSize(100).allSatisfy(nanos -> assertThat(nanos).isGreaterThanOrEqualTo(5_000_000L));
    }
}
