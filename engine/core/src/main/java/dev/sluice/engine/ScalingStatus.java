package dev.sluice.engine;

import dev.sluice.engine.scaling.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a function's instances follow its load at the moment, on this engine, as flat figures: for a screen, and for
 * scalers outside that want one number. A figure that is not known is -1, which is never a count.
 *
 * @param function its name
 * @param policy the policy's name; {@code fixed} for a function whose number of instances does not change
 * @param ready instances that can be leased from
 * @param starting instances on their way, those included that wait for their next try
 * @param draining instances that lease no more and close when their last run ends
 * @param wanted instances that should be ready or starting
 * @param min instances kept when idle
 * @param max instances at most
 * @param slots slots of the instances that are ready
 * @param leased slots in use, those of draining instances included
 * @param busy share of the slots that is in use, 0 to 1; 0 without slots
 * @param slotsCap slots that may be in use at once by {@code concurrency: adaptive}; -1 when nothing caps them
 * @param runnable fetched events that wait for nothing but a slot
 * @param blocked fetched events that no slot would run now: behind their key, in back-off or parked
 * @param callsWaiting calls that wait for a slot
 * @param unfetched events on own partitions that are not fetched, times the share that passes the filters; -1 unknown
 * @param lagEvents events on own partitions that are not done; -1 unknown
 * @param lagSeconds how old the oldest of these is, judged by when as many events came; -1 unknown
 * @param arrivalsPerSecond events that pass the filters and calls, over the last 6 s; -1 unknown
 * @param needSlots slots that the load asks for, before any bound; -1 when the policy does not tell or knows it not yet
 * @param serviceSeconds slot-seconds that one event takes; -1 unknown
 * @param cpu how busy the machine's CPUs are, 0 to 1
 * @param reason the rule that won the last decision
 * @param words the last decision in a sentence; empty before the first
 * @param decidedAt when it was made; null before the first
 */
public record ScalingStatus(
        String function,
        String policy,
        int ready,
        int starting,
        int draining,
        int wanted,
        int min,
        int max,
        int slots,
        int leased,
        double busy,
        int slotsCap,
        int runnable,
        int blocked,
        int callsWaiting,
        double unfetched,
        long lagEvents,
        double lagSeconds,
        double arrivalsPerSecond,
        double needSlots,
        double serviceSeconds,
        double cpu,
        Reason reason,
        String words,
        @Nullable Instant decidedAt) {}
