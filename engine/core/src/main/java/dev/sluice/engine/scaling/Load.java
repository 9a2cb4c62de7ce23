package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;

/**
 * What a function was and is asked for, on this engine: everything that a {@link ScalingRule} decides from. {@link
 * LoadWindows} makes it from counters.
 *
 * @param nowNanos monotonic time
 * @param idleNanos how long there has been no work; 0 while there is
 * @param cpu how saturated the engine's CPUs are, 0 to 1
 */
public record Load(
        long nowNanos,
        Instances instances,
        Slots slots,
        Arrivals arrivals,
        Backlog backlog,
        long idleNanos,
        double cpu) {

    /**
     * The function's instances.
     *
     * @param ready can be leased from
     * @param starting are on their way, those included that wait for their next try
     * @param draining lease no more and close when empty
     * @param startFailures starts that failed since one last succeeded
     */
    public record Instances(int ready, int starting, int draining, int startFailures) {
        /** Those that the last decision wanted: ready or starting. */
        public int wanted() {
            return ready + starting;
        }
    }

    /**
     * How its slots were used. A batch is one lease; its events settle apart.
     *
     * @param leased slots in use, those of draining instances included
     * @param leasedPeak60s the highest mean of half a second in the last 60 s
     * @param leasedSeconds10s slot-seconds leased in the last 10 s
     * @param settled10s tries that ended in the last 10 s
     * @param leasedSecondsTotal slot-seconds leased since the function was made
     * @param settledTotal tries that ended since then
     * @param askedMean60s slots in use and events that wait for one, on average over 60 s
     * @param askedMean6s the same over 6 s
     * @param max the adaptive cap on leased slots; 0 for none
     * @param maxFound whether runs were seen to take longer with more; else the cap is where it began, or still grows
     */
    public record Slots(
            int leased,
            double leasedPeak60s,
            double leasedSeconds10s,
            long settled10s,
            double leasedSecondsTotal,
            long settledTotal,
            double askedMean60s,
            double askedMean6s,
            int max,
            boolean maxFound) {}

    /**
     * Events that came, and pass the filters, and calls, refused ones too.
     *
     * @param perSecond6s events per second over the last 6 s
     * @param perSecond1s the same over the last second
     */
    public record Arrivals(double perSecond6s, double perSecond1s) {}

    /**
     * What waits. Of the events that are blocked none counts in {@link #events}: no slot would run them.
     *
     * @param ordering the loosest order of its triggers
     * @param unfetchedPassing events on own partitions that were not fetched, times the share that passes the filters
     * @param lagKnown whether all of that is known; if not, {@code unfetchedPassing} is what is known of it
     * @param lagEvents events behind the end of the log, those that run included
     * @param lagSeconds how old the oldest of them is, judged by when as many came; -1 when unknown
     * @param runnable fetched events that wait for nothing but a slot
     * @param waitingCalls calls that wait for a slot
     * @param partitionsWithWork own partitions with an event that is not done
     * @param blocked fetched events that wait for something else than a slot
     */
    public record Backlog(
            Ordering ordering,
            double unfetchedPassing,
            boolean lagKnown,
            long lagEvents,
            double lagSeconds,
            int runnable,
            int waitingCalls,
            int partitionsWithWork,
            Blocked blocked) {
        /** Everything that waits for a slot. */
        public double events() {
            return unfetchedPassing + here();
        }

        /** What waits in this engine, and has passed the filters. */
        public int here() {
            return runnable + waitingCalls;
        }
    }

    /**
     * Fetched events that no slot would run now.
     *
     * @param events all of them: behind their key, in back-off or parked
     * @param behindKeys those that wait for an event of their own key, or of their partition where order is by partition
     * @param keys keys, or partitions, that have an event here
     * @param held beside them, events that the rate or the concurrency of their trigger holds back, fetched or not
     */
    public record Blocked(int events, int behindKeys, int keys, long held) {
        /** Nothing is blocked. */
        public static final Blocked NONE = new Blocked(0, 0, 0);

        /** Nothing is held back by limits of triggers. */
        public Blocked(int events, int behindKeys, int keys) {
            this(events, behindKeys, keys, 0);
        }

        /** Both together. */
        public Blocked and(Blocked other) {
            return new Blocked(
                    events + other.events, behindKeys + other.behindKeys, keys + other.keys, held + other.held);
        }

        /** The same, and more that limits of triggers hold back. */
        public Blocked andHeld(long more) {
            return more == 0 ? this : new Blocked(events, behindKeys, keys, held + more);
        }
    }
}
