package dev.sluice.cloudevents.http;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a sink has not taken what was sent to it, or why that is not known. Messages name the sink without path and query, and are
 * safe to log. No stack traces.
 */
public abstract sealed class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    private SinkException(Target sink, String what, boolean retryable, @Nullable Throwable cause) {
        super("sink '" + sink.shown() + "' " + what, cause, false, false);
        this.retryable = retryable;
    }

    /** Whether another try may end better. It may deliver the event a second time, with the same id. */
    public boolean retryable() {
        return retryable;
    }

    /** The sink does not take this event: a status of 4xx, or of 3xx, as redirects are not followed. */
    public static final class Refused extends SinkException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final @Nullable String detail;

        Refused(Target sink, int status, @Nullable String detail) {
            super(sink, "refused with status " + status + told(detail), false, null);
            this.status = status;
            this.detail = detail;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** What the sink says of it in problem details (RFC 9457), escaped, up to 500 characters. */
        public Optional<String> detail() {
            return Optional.ofNullable(detail);
        }
    }

    /** The sink takes nothing now: 429 or 503, or its granted rate is used up. */
    public static final class Busy extends SinkException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final @Nullable Duration retryAfter;

        Busy(Target sink, int status, @Nullable Duration retryAfter) {
            super(
                    sink,
                    "is busy (status " + status + ")"
                            + (retryAfter == null ? "" : ", try again in " + retryAfter.toSeconds() + " s"),
                    true,
                    null);
            this.status = status;
            this.retryAfter = retryAfter;
        }

        /** The HTTP status; 429 as well when the sender keeps the rate of its own accord and has sent nothing. */
        public int status() {
            return status;
        }

        /** How long to wait at least, when that is known. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    /** The sink failed: any other status of 5xx, or 408. */
    public static final class Failed extends SinkException {
        private static final long serialVersionUID = 1L;

        private final int status;

        Failed(Target sink, int status, @Nullable String detail) {
            super(sink, "failed with status " + status + told(detail), true, null);
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }

    /** No answer came in time; whether the sink has the event is not known. */
    public static final class TimedOut extends SinkException {
        private static final long serialVersionUID = 1L;

        TimedOut(Target sink, Duration deadline) {
            super(sink, "did not answer within " + deadline.toMillis() + " ms", true, null);
        }
    }

    /** No connection, or it broke before the answer: then it is not known whether the sink has the event. */
    public static final class Unreachable extends SinkException {
        private static final long serialVersionUID = 1L;

        Unreachable(Target sink, Throwable cause) {
            super(sink, "can't be reached: " + cause, true, cause);
        }
    }

    /** None of the sink's addresses may be connected to: {@link AddressRules}. Nothing was sent. */
    public static final class Forbidden extends SinkException {
        private static final long serialVersionUID = 1L;

        Forbidden(Target sink) {
            super(sink, "has no address that the rules allow", false, null);
        }
    }

    /** A limit of this client is reached: sends in flight, or such that wait for a connection. Nothing was sent. */
    public static final class Overloaded extends SinkException {
        private static final long serialVersionUID = 1L;

        Overloaded(Target sink, String limit) {
            super(sink, "was not asked: " + limit, true, null);
        }
    }

    /** The sink has the event, but its answer is too large or no valid event. */
    public static final class BadAnswer extends SinkException {
        private static final long serialVersionUID = 1L;

        BadAnswer(Target sink, String rule) {
            super(sink, "took the event, but its answer " + rule, false, null);
        }
    }

    /** The receiver of webhooks has not agreed to deliveries, or no longer does. Nothing was sent. */
    public static final class NotGranted extends SinkException {
        private static final long serialVersionUID = 1L;

        NotGranted(Target sink, String why, boolean retryable) {
            super(sink, "takes no webhooks from here: " + why, retryable, null);
        }
    }

    private static String told(@Nullable String detail) {
        return detail == null ? "" : ": " + detail;
    }
}
