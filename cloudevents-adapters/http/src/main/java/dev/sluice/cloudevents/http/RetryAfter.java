package dev.sluice.cloudevents.http;

import io.netty.handler.codec.DateFormatter;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** The header Retry-After: seconds from now, or a date of HTTP in any of its three forms. */
final class RetryAfter {
    private static final int DIGITS_MAX = 9;

    private RetryAfter() {}

    /** How long to wait, never negative; null when the header is absent or neither. */
    static @Nullable Duration of(@Nullable String header, Instant now) {
        if (header == null || header.isBlank()) {
            return null;
        }
        String value = header.strip();
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(
                    value.length() > DIGITS_MAX ? (long) Math.pow(10, DIGITS_MAX) : Long.parseLong(value));
        }
        Date date = DateFormatter.parseHttpDate(value);
        if (date == null) {
            return null;
        }
        Duration wait = Duration.between(now, date.toInstant());
        return wait.isNegative() ? Duration.ZERO : wait;
    }
}
