package dev.sluice.engine.scaling;

import dev.sluice.broker.Lag;
import dev.sluice.broker.Ordering;
import java.util.List;

/**
 * What an engine counts of one function, at one moment. Totals only grow while the function lives.
 *
 * @param nowNanos monotonic time, never before that of the last sample
 * @param instances the function's instances
 * @param leased slots in use, those of draining instances included
 * @param leasedNanosTotal time that slots were in use, summed over slots, runs that have not ended included
 * @param settledTotal tries that ended, however; each event of a batch is one
 * @param callsTotal calls that came, refused ones too
 * @param runnable fetched events that wait for nothing but a slot
 * @param waitingCalls calls that wait for a slot
 * @param blocked fetched events that wait for something else than a slot
 * @param slotsMax the adaptive cap on leased slots; 0 for none
 * @param slotsMaxFound whether runs were seen to take longer with more
 * @param cpu how saturated the engine's CPUs are, 0 to 1
 * @param topics one for each trigger that reads a topic
 */
public record LoadSample(
        long nowNanos,
        Load.Instances instances,
        int leased,
        long leasedNanosTotal,
        long settledTotal,
        long callsTotal,
        int runnable,
        int waitingCalls,
        Load.Blocked blocked,
        int slotsMax,
        boolean slotsMaxFound,
        double cpu,
        List<Topic> topics) {
    public LoadSample {
        topics = List.copyOf(topics);
    }

    /**
     * A trigger's own limits, beyond which no slot would run its events.
     *
     * @param perSecond events that may begin in a second; infinite for any number
     * @param slots tries that may run at once; {@link Integer#MAX_VALUE} for any number
     * @param startable events that may begin now, beside those counted as runnable
     */
    public record Limit(double perSecond, int slots, int startable) {
        /** No limit. */
        public static final Limit NONE = new Limit(Double.POSITIVE_INFINITY, Integer.MAX_VALUE, Integer.MAX_VALUE);

        /** What is left of it when so many begin. */
        public Limit without(int events) {
            return startable == Integer.MAX_VALUE ? this : new Limit(perSecond, slots, startable - events);
        }
    }

    /**
     * The part of one trigger's topic.
     *
     * @param trigger its name
     * @param ordering its order
     * @param lag the group's lag on own partitions
     * @param unfetched events on own partitions from the next that would be fetched to the end; -1 when unknown
     * @param receivedTotal events fetched
     * @param passedTotal those of them that the filter wanted
     * @param limit what the trigger keeps the function from
     */
    public record Topic(
            String trigger,
            Ordering ordering,
            Lag lag,
            long unfetched,
            long receivedTotal,
            long passedTotal,
            Limit limit) {
        /** A trigger without limits of its own. */
        public Topic(String trigger, Ordering ordering, Lag lag, long unfetched, long receivedTotal, long passedTotal) {
            this(trigger, ordering, lag, unfetched, receivedTotal, passedTotal, Limit.NONE);
        }

        boolean known() {
            return unfetched >= 0 && lag.partitions().stream().allMatch(Lag.PartitionLag::known);
        }
    }
}
