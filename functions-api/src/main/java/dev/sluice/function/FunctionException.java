package dev.sluice.function;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a try of a function gave no result. Functions throw {@link Rejected} and {@link Retry}; the engine
 * throws the others. Any other exception of a function counts as a failure that is worth another try.
 */
public abstract sealed class FunctionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    private FunctionException(String message, boolean retryable, @Nullable Throwable cause) {
        super(message, cause, false, cause != null);
        this.retryable = retryable;
    }

    /** Whether another try may end differently. */
    public boolean retryable() {
        return retryable;
    }

    /** The event is wrong for good: it goes to the dead-letter topic without another try. */
    public static final class Rejected extends FunctionException {
        private static final long serialVersionUID = 1L;

        public Rejected(String why) {
            super(why, false, null);
        }

        public Rejected(String why, Throwable cause) {
            super(why, false, cause);
        }
    }

    /** The event may be tried again, and not before the given time has passed. */
    public static final class Retry extends FunctionException {
        private static final long serialVersionUID = 1L;

        private final Duration after;

        /** @param after the least wait before the next try; counts when longer than the policy's, up to 60 s */
        public Retry(String why, Duration after) {
            super(why, true, null);
            this.after = Objects.requireNonNull(after, "after");
        }

        /** The least wait before the next try. */
        public Duration after() {
            return after;
        }
    }

    /** The function ran past its deadline and was cancelled. */
    public static final class TimedOut extends FunctionException {
        private static final long serialVersionUID = 1L;

        public TimedOut(String function, Duration timeout) {
            super("function '" + function + "' ran past its timeout of " + timeout.toMillis() + " ms", true, null);
        }
    }

    /** The function answered with something it must not answer with, such as null. */
    public static final class BadAnswer extends FunctionException {
        private static final long serialVersionUID = 1L;

        public BadAnswer(String function, String what) {
            super("function '" + function + "' " + what, true, null);
        }
    }

    /** The event's data does not fit the function's input type; another try would end the same. */
    public static final class BadInput extends FunctionException {
        private static final long serialVersionUID = 1L;

        public BadInput(String function, String what, @Nullable Throwable cause) {
            super("function '" + function + "' cannot take the event: " + what, false, cause);
        }
    }

    /** The event's {@code expirytime} had come before the function could take it; no try was made. */
    public static final class Expired extends FunctionException {
        private static final long serialVersionUID = 1L;

        public Expired(String function, Instant expiry) {
            super("function '" + function + "' was not run: the event expired at " + expiry, false, null);
        }
    }

    /** No instance of the function can take the event at the moment. */
    public static final class Unavailable extends FunctionException {
        private static final long serialVersionUID = 1L;

        private final @Nullable Duration retryAfter;

        public Unavailable(String function, String why, @Nullable Duration retryAfter) {
            super("function '" + function + "' " + why, true, null);
            this.retryAfter = retryAfter;
        }

        /** When it may be worth another try, if that is known. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }
}
