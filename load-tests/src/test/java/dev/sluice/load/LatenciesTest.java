package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.sluice.load.dial.Dial;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatenciesTest {
    @TempDir
    private Path folder;

    @Test
    void readsPercentilesOfARoundAndNothingOfTheOneBefore() throws Exception {
        var dial = Dial.create(folder.resolve("dial"), 2_000);
        for (var i = 0; i < 1_000; i++) {
            dial.latency(900_000_000);
        }
        for (var i = 1; i <= 1_000; i++) {
            dial.latency(i * 100_000L);
        }

        var latencies = Latencies.of(dial, 1_000, dial.latencies());

        assertThat(latencies.count()).isEqualTo(1_000);
        assertThat(latencies.p50()).isEqualTo(50, offset(0.1));
        assertThat(latencies.p99()).isEqualTo(99, offset(0.1));
        assertThat(latencies.max()).isEqualTo(100, offset(0.1));
    }
}
