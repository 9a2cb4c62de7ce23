package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
    @ParameterizedTest
    @CsvSource({
        "2018-04-05T17:31:00Z, 2018-04-05T17:31:00Z",
        "2018-04-05t17:31:00z, 2018-04-05T17:31:00Z",
        "2018-04-05T17:31:00.5+02:00, 2018-04-05T17:31:00.5+02:00",
        "2018-04-05T17:31:00.123456789123Z, 2018-04-05T17:31:00.123456789Z",
        "2018-04-05T17:31:00-00:00, 2018-04-05T17:31:00Z",
        "0000-02-29T00:00:00Z, 0000-02-29T00:00:00Z",
        "2000-02-29T23:59:59Z, 2000-02-29T23:59:59Z",
        "2018-04-05T17:31:00+23:59, 2018-04-04T17:32:00Z",
        "1990-12-31T23:59:60Z, 1990-12-31T23:59:59Z",
        "1990-12-31T15:59:60-08:00, 1990-12-31T15:59:59-08:00",
        "1991-01-01T01:59:60.25+02:00, 1991-01-01T01:59:59.25+02:00",
    })
    void readsTimestampsOfRfc3339(String text, String expected) {
        WireEvent event = Samples.minimal().time(text).build();

        assertThat(event.getTime()).isEqualTo(OffsetDateTime.parse(expected));
        assertThat(event.getTime().getOffset())
                .isEqualTo(OffsetDateTime.parse(expected).getOffset());
        assertThat(event.text("time")).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2018-04-05T17:31Z",
                "2018-04-05T17:31:00",
                "2018-04-05 17:31:00Z",
                "2018-04-05",
                "+12345-04-05T17:31:00Z",
                "2018-13-05T17:31:00Z",
                "2018-00-05T17:31:00Z",
                "2018-04-31T17:31:00Z",
                "2018-04-00T17:31:00Z",
                "2018-02-29T17:31:00Z",
                "1900-02-29T17:31:00Z",
                "2018-04-05T24:00:00Z",
                "2018-04-05T17:60:00Z",
                "2018-04-05T17:31:61Z",
                "2018-04-05T17:31:60Z",
                "2018-04-05T23:59:60Z",
                "2018-04-05T17:31:00.Z",
                "2018-04-05T17:31:00,5Z",
                "2018-04-05T17:31:00.5",
                "2018-04-05T17:31:00+0200",
                "2018-04-05T17:31:00+24:00",
                "2018-04-05T17:31:00+02:60",
                "2018-04-05T17:31:00+02:00:30",
                "2018-04-05T17:31:00ZZ",
                "2018-04-05T17:31:00Z ",
                "2018-04-05T17:31:00[UTC]",
                "2018-04-05T17:31:0٣Z",
                "201a-04-05T17:31:00Z"
            })
    void refusesOtherTimestamps(String text) {
        assertThatThrownBy(() -> Samples.minimal().time(text).build())
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith("time")
                .hasMessageContaining("RFC 3339");
    }

    @Property(tries = 500)
    void agreesWithTheJdkOnEveryInstant(
            @ForAll @LongRange(min = -62167219200L, max = 253402300799L) long second,
            @ForAll @IntRange(min = 0, max = 999_999_999) int nano,
            @ForAll @IntRange(min = -1080, max = 1080) int offsetMinutes) {
        OffsetDateTime time = LocalDateTime.ofEpochSecond(second, nano, ZoneOffset.UTC)
                .atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));

        assertThat(Samples.minimal().time(time).build().getTime()).isEqualTo(time);
    }

    @Property(tries = 500)
    void neverThrowsOnceATextIsAccepted(@ForAll("nearTimestamps") String text) {
        if (Rfc3339.isValid(text)) {
            assertThat(Rfc3339.parse(text)).isNotNull();
        }
    }

    @Provide
    Arbitrary<String> nearTimestamps() {
        return Arbitraries.strings()
                .withChars("0123456789-T:.Z+ ")
                .ofMinLength(19)
                .ofMaxLength(26)
                .flatMap(noise -> Arbitraries.integers()
                        .between(0, noise.length())
                        .map(cut -> "2018-12-31T23:59:60Z".substring(0, Math.min(20, cut)) + noise.substring(cut)));
    }

    @Test
    void refusesInstantsThatRfc3339CannotSay() {
        OffsetDateTime far = OffsetDateTime.of(12345, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

        assertThatThrownBy(() -> Samples.minimal().time(far).build()).isInstanceOf(InvalidEventException.class);
        assertThatThrownBy(() -> Samples.minimal().extension("when", far)).isInstanceOf(InvalidEventException.class);
    }
}
