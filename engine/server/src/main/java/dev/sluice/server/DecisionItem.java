package dev.sluice.server;

import dev.sluice.engine.scaling.DecisionLog;
import dev.sluice.engine.scaling.Load;
import org.jspecify.annotations.Nullable;

/**
 * A decision on a function's instances as the API tells it; several that differ in their figures only are one.
 *
 * @param node who decided, for its own instances
 * @param at when, the last time
 * @param since when the first of them was made
 * @param count how many
 * @param from instances that were ready or starting
 * @param to instances that should be
 * @param reason the rule that won
 * @param words a sentence with the figures of the last one
 * @param inputs what the last one was made from
 */
record DecisionItem(
        String function,
        String node,
        String at,
        String since,
        long count,
        int from,
        int to,
        String reason,
        String words,
        Inputs inputs) {
    private static final double NANOS = 1e9;

    static DecisionItem of(String function, String node, DecisionLog.Entry entry) {
        var decision = entry.decision();
        return new DecisionItem(
                function,
                node,
                entry.last().toString(),
                entry.first().toString(),
                entry.count(),
                decision.from(),
                decision.to(),
                decision.reason().name(),
                decision.words(),
                Inputs.of(decision.load()));
    }

    /**
     * The figures of a decision; null where one is not known.
     *
     * @param leasedPeak60s the highest mean of half a second in the last minute
     * @param unfetched events on own partitions that were not fetched, times the share that passes the filters
     * @param blocked fetched events that no slot would run: behind their key, in back-off or parked
     * @param idleSeconds how long there was no work
     * @param cpu how busy the CPUs are, 0 to 1
     */
    record Inputs(
            int ready,
            int starting,
            int draining,
            int startFailures,
            int leased,
            double leasedPeak60s,
            double arrivalsPerSecond6s,
            double arrivalsPerSecond1s,
            @Nullable Double unfetched,
            @Nullable Long lagEvents,
            int runnable,
            int blocked,
            int waitingCalls,
            int partitionsWithWork,
            double idleSeconds,
            double cpu) {
        static Inputs of(Load load) {
            var instances = load.instances();
            var backlog = load.backlog();
            return new Inputs(
                    instances.ready(),
                    instances.starting(),
                    instances.draining(),
                    instances.startFailures(),
                    load.slots().leased(),
                    AdminJson.rounded(load.slots().leasedPeak60s()),
                    AdminJson.rounded(load.arrivals().perSecond6s()),
                    AdminJson.rounded(load.arrivals().perSecond1s()),
                    backlog.lagKnown() ? AdminJson.rounded(backlog.unfetchedPassing()) : null,
                    backlog.lagKnown() ? backlog.lagEvents() : null,
                    backlog.runnable(),
                    backlog.blocked().events(),
                    backlog.waitingCalls(),
                    backlog.partitionsWithWork(),
                    AdminJson.rounded(load.idleNanos() / NANOS),
                    AdminJson.rounded(load.cpu()));
        }
    }
}
