package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"200ms,200", "5s,5000", "2m,120000", "1h,3600000", "1d,86400000", "PT0.2S,200", "pt5m,300000", "0s,0"})
    void readsShortAndIsoForms(String text, long millis) {
        assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "5 s",
                "-5s",
                "PT-5S",
                "s",
                "1.5s",
                "5sec",
                "P1Y",
                "9999999999999s",
                "99999999999d",
                "PT"
            })
    void refusesEverythingElse(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"200ms", "5s", "2m", "3h", "0s", "90s", "1500ms", "PT0.000001S"})
    void writesWhatItReads(String text) {
        assertThat(Durations.parse(text).map(Durations::text)).contains(text);
    }
}
