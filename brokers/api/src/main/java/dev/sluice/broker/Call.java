package dev.sluice.broker;

import java.time.Duration;

/**
 * A delivery whose caller waits for the answer, such as an HTTP request. It gets no retry and no dead letter: what
 * goes wrong is told to the caller, who has both. Settled with {@link #accept} once all answers were taken,
 * with {@link #fail} otherwise, or with {@link #release} when the engine stops before it ran.
 */
public interface Call extends Delivery {
    /** Takes the function's answers, in order. */
    AnswerSink answers();

    /** How long the caller waits for a free slot before it is refused. */
    Duration patience();

    /** Tells the caller that there will be no (further) answer, and why. */
    void fail(Throwable why);
}
