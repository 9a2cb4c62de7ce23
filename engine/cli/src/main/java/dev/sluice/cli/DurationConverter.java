package dev.sluice.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 200ms}, {@code 5s}, {@code 1.5m}, {@code 2h} and ISO-8601; more than nothing, at most a day. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern SHORT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
    private static final Map<String, Long> NANOS =
            Map.of("ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);
    private static final Duration MAX = Duration.ofDays(1);

    @Override
    public Duration convert(String value) {
        var duration = parse(value);
        if (duration.isZero() || duration.isNegative() || duration.compareTo(MAX) > 0) {
            throw wrong(value);
        }
        return duration;
    }

    private static Duration parse(String value) {
        var matcher = SHORT.matcher(value);
        if (matcher.matches()) {
            var nanos = BigDecimal.valueOf(NANOS.getOrDefault(matcher.group(2), 0L));
            return Duration.ofNanos(new BigDecimal(matcher.group(1))
                    .multiply(nanos)
                    .min(BigDecimal.valueOf(Long.MAX_VALUE))
                    .longValue());
        }
        try {
            return Duration.parse(value.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException notOne) {
            throw wrong(value);
        }
    }

    private static TypeConversionException wrong(String value) {
        return new TypeConversionException(
                "'" + value + "' is not a time: write 200ms, 5s, 2m or PT5S, more than nothing and at most 24h");
    }
}
