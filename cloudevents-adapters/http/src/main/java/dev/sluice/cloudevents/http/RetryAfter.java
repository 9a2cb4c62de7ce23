package dev.sluice.cloudevents.http;

import io.netty.handler.codec.DateFormatter;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** The header Retry-After: seconds from now, or a date of HTTP in any of its three forms. */
final class RetryAfter {
    private static final Duration LONGEST = Duration.ofSeconds(1_000_000_000);
    private static final int DIGITS_MAX = 9;
    /** What the parser of dates takes. */
    private static final int DATE_CHARS_MAX = 64;

    private RetryAfter() {}

    /** How long to wait, never negative and some 31 years at most; null when the header is absent or neither. */
    static @Nullable Duration of(@Nullable String header, Instant now) {
        if (header == null || header.isBlank()) {
            return null;
        }
        String value = header.strip();
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > DIGITS_MAX ? LONGEST : Duration.ofSeconds(Long.parseLong(value));
        }
        Date date = value.length() > DATE_CHARS_MAX ? null : DateFormatter.parseHttpDate(value);
        if (date == null) {
            return null;
        }
        Duration wait = Duration.between(now, date.toInstant());
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
