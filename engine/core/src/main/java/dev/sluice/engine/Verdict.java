package dev.sluice.engine;

import dev.sluice.function.FunctionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a failed try. Pure: no clock, no thread, no I/O.
 *
 * @param deadLetterReason why there is no further try, as {@code dlreason} names it; null: there is one
 * @param retryAtNanos when, on the clock that was handed in
 */
record Verdict(@Nullable String deadLetterReason, long retryAtNanos) {
    private static final long RETRY_AFTER_MAX_NANOS = 60_000_000_000L;

    private static Verdict deadLetter(String reason) {
        return new Verdict(reason, 0);
    }

    /**
     * Decides on an event's next try.
     *
     * @param tries tries so far, the failed one included
     * @param firstTryNanos when the first began
     * @param now when the failed one ended
     */
    static Verdict after(
            Throwable error, int tries, long firstTryNanos, long now, DeliveryPolicy policy, RandomGenerator random) {
        if (error instanceof FunctionException expected && !expected.retryable()) {
            return deadLetter(error instanceof FunctionException.BadInput ? "undecodable" : "rejected");
        }
        if (tries > policy.retry()) {
            return deadLetter("exhausted");
        }
        var wait = policy.backoff().nanos(tries, random);
        if (error instanceof FunctionException.Retry named) {
            wait = Math.max(wait, Math.min(saturatedNanos(named), RETRY_AFTER_MAX_NANOS));
        }
        if (now + wait - firstTryNanos > policy.maxAge().toNanos()) {
            return deadLetter("expired");
        }
        return new Verdict(null, now + wait);
    }

    private static long saturatedNanos(FunctionException.Retry named) {
        return named.after().toSeconds() > 3_600
                ? RETRY_AFTER_MAX_NANOS
                : named.after().toNanos();
    }
}
