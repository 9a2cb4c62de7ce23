package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-06T08:49:07Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0",
                "120 | 120",
                "' 5 ' | 5",
                "99999999999999999999 | 1000000000",
                "Fri, 06 Nov 2026 08:49:37 GMT | 30",
                "Friday, 06-Nov-26 08:49:37 GMT | 30",
                "Fri Nov  6 08:49:37 2026 | 30",
                "Fri, 06 Nov 2020 08:49:37 GMT | 0"
            })
    void readsSecondsAndEveryFormOfADate(String header, long seconds) {
        assertThat(RetryAfter.of(header, NOW)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-1", "1.5", "soon", "Fri, 06 Nov"})
    void saysNothingOfWhatIsNeither(String header) {
        assertThat(RetryAfter.of(header, NOW)).isNull();
    }

    @Test
    void saysNothingWithoutAHeader() {
        assertThat(RetryAfter.of(null, NOW)).isNull();
    }

    @Test
    void takesNothingOfATextThatIsLongerThanAnyDateAndNoWaitBeyondSome31Years() {
        assertThat(RetryAfter.of("x".repeat(65), NOW)).isNull();
        assertThat(RetryAfter.of("Fri, 31 Dec 9999 23:59:59 GMT", NOW)).isEqualTo(Duration.ofSeconds(1_000_000_000));
    }
}
