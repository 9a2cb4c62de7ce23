package dev.sluice.engine;

import java.time.Duration;

/**
 * How hard a trigger tries to get an event through its function.
 *
 * @param retry retries after the first try, 0 to 1,000
 * @param backoff the wait between tries
 * @param timeout bounds one try, from lease to last answer, together with the function's own
 * @param maxAge ends the tries of an event this long after its first
 * @param deadLetterFailure what happens when the dead-letter topic can't take an event
 * @param knative whether dead letters also say why in the extensions that Knative gives them
 * @param redrivesMax how often a dead letter may be sent back to its topic, 0 to 1,000
 */
public record DeliveryPolicy(
        int retry,
        Backoff backoff,
        Duration timeout,
        Duration maxAge,
        DeadLetterFailure deadLetterFailure,
        boolean knative,
        int redrivesMax) {
    private static final int REDRIVES_MAX = 3;

    /** Five retries, exponential back-off, 30 s for a try, 15 minutes in all, park. */
    public static final DeliveryPolicy DEFAULT = new DeliveryPolicy(
            5, Backoff.DEFAULT, Duration.ofSeconds(30), Duration.ofMinutes(15), DeadLetterFailure.PARK);

    /** What happens to an event that its dead-letter topic can't take. */
    public enum DeadLetterFailure {
        /** It stays the head of its key's lane and is tried every 60 s; other keys go on. */
        PARK,
        /** The trigger stops. */
        STOP,
        /** It is dropped, with a metric. */
        DROP
    }

    public DeliveryPolicy {
        new Violations("delivery")
                .require(retry >= 0 && retry <= 1_000, "retry", retry, "must be between 0 and 1000")
                .require(timeout.compareTo(Duration.ZERO) > 0, "timeout", timeout, "must be positive")
                .require(timeout.compareTo(Duration.ofDays(1)) <= 0, "timeout", timeout, "must be at most a day")
                .require(maxAge.compareTo(Duration.ZERO) > 0, "max-age", maxAge, "must be positive")
                .require(
                        redrivesMax >= 0 && redrivesMax <= 1_000,
                        "max-redrives",
                        redrivesMax,
                        "must be between 0 and 1000")
                .throwIfAny();
    }

    /** One whose dead letters have no extensions of Knative's, and may be sent back three times. */
    public DeliveryPolicy(
            int retry, Backoff backoff, Duration timeout, Duration maxAge, DeadLetterFailure deadLetterFailure) {
        this(retry, backoff, timeout, maxAge, deadLetterFailure, false, REDRIVES_MAX);
    }

    /** The same with other dead letters. */
    public DeliveryPolicy withDeadLetters(boolean inKnativesWords, int redrives) {
        return new DeliveryPolicy(retry, backoff, timeout, maxAge, deadLetterFailure, inKnativesWords, redrives);
    }
}
