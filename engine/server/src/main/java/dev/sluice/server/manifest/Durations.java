package dev.sluice.server.manifest;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 200ms}, {@code 5s}, {@code 2m}, {@code 1h}, {@code 1d} or ISO-8601. */
public final class Durations {
    /** The rule in words, for messages. */
    public static final String RULE = "must be a duration such as 200ms, 5s, 2m, 1h or PT0.2S";

    private static final Pattern SHORT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

    private Durations() {}

    /** The duration, never negative; empty when the text is none or is over 10,000 days. */
    public static Optional<Duration> parse(String text) {
        var match = SHORT.matcher(text);
        var parsed = match.matches() ? ofShort(Long.parseLong(match.group(1)), match.group(2)) : ofIso(text);
        return parsed.filter(duration -> !duration.isNegative() && duration.toDays() <= 10_000);
    }

    private static Optional<Duration> ofShort(long count, String unit) {
        return Optional.of(
                switch (unit) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                });
    }

    private static Optional<Duration> ofIso(String text) {
        if (!text.toUpperCase(Locale.ROOT).startsWith("P")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Duration.parse(text));
        } catch (DateTimeParseException notIso) {
            return Optional.empty();
        }
    }

    /** The shortest of the forms that {@link #parse} takes. */
    public static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        var millis = duration.toMillis();
        if (!Duration.ofMillis(millis).equals(duration)) {
            return duration.toString();
        }
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        var seconds = millis / 1_000;
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
