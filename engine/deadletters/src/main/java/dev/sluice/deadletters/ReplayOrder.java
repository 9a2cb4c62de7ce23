package dev.sluice.deadletters;

import dev.sluice.broker.EventSource;
import dev.sluice.broker.ReadRange;
import dev.sluice.cloudevents.sql.EventFilter;
import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * Which events go through a trigger again.
 *
 * @param events the topic that they stand on
 * @param range which part of it
 * @param filter which of these
 * @param trigger what they go through
 * @param wanted the trigger's own filter, by which a dry run tells what would run
 * @param function whose trigger that is
 * @param way the way in
 * @param limit how many at most
 * @param dryRun whether nothing is run, and only told what would be
 */
public record ReplayOrder(
        CompareOrder.Place events,
        ReadRange range,
        EventFilter filter,
        String trigger,
        EventFilter wanted,
        String function,
        Way way,
        long limit,
        boolean dryRun) {
    /** @throws IllegalArgumentException naming what can't be */
    public ReplayOrder {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }

    /** Has events run beside the trigger's own. */
    @FunctionalInterface
    public interface Way {
        /**
         * Begins; it is over once the source is left.
         *
         * @throws IllegalArgumentException saying why it can't be
         */
        Passage open(EventSource source);
    }

    /** Events on their way. */
    public interface Passage {
        /** What became of them so far; at any time, later ones included. */
        Counts counts();

        /** What holds them back, or why no more go this way; empty when all is well. */
        String trouble();

        /** Lets what runs end within the grace, gives the rest back and leaves the source; completes then. */
        Mono<Void> end(Duration grace);
    }

    /**
     * What became of events.
     *
     * @param delivered whose run ended well
     * @param filtered that the trigger's filter did not want
     * @param deadLettered that became dead letters
     * @param repeated that the trigger took for repeats of others of them
     * @param failed that were dropped, since they failed and their dead letters could not be stored
     * @param retried tries after the first
     */
    public record Counts(long delivered, long filtered, long deadLettered, long repeated, long failed, long retried) {}
}
