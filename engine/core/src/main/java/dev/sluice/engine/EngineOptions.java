package dev.sluice.engine;

import dev.sluice.engine.journal.JournalOptions;
import java.util.function.Consumer;

/**
 * Limits of an engine as a whole.
 *
 * @param eventLoops threads that functions live on, 1 to 256
 * @param heldBytesMax what all pipelines together may hold in memory
 * @param blockedEventsMax events that one trigger may hold behind keys, in back-off or parked
 * @param blockedBytesMax their bytes
 * @param zombiesMax runs past their deadline, still on a thread; beyond, functions lease no more
 * @param ceilings what all functions together may have
 * @param journal how much is kept of what was decided on events
 * @param onFatal called with an error after which the process can't be trusted, such as OutOfMemoryError
 */
public record EngineOptions(
        int eventLoops,
        long heldBytesMax,
        int blockedEventsMax,
        long blockedBytesMax,
        int zombiesMax,
        Ceilings ceilings,
        JournalOptions journal,
        Consumer<Throwable> onFatal) {
    /**
     * What all functions of an engine together may have. Shared fairly: a function that wants less than an equal share
     * gets what it wants, the rest is for the others; none gets less than its {@code min}.
     *
     * @param instancesMax instances, 1 to 1,000,000
     * @param slotsMax their slots, at least 1
     * @param memoryMax their estimated memory in bytes, at least 1 MiB; functions without an estimate don't count
     */
    public record Ceilings(int instancesMax, int slotsMax, long memoryMax) {
        public Ceilings {
            new Violations("engine")
                    .require(
                            instancesMax >= 1 && instancesMax <= 1_000_000,
                            "instances-max",
                            instancesMax,
                            "must be between 1 and 1000000")
                    .require(slotsMax >= 1, "slots-max", slotsMax, "must be positive")
                    .require(memoryMax >= 1 << 20, "memory-max", memoryMax, "must be at least 1 MiB")
                    .throwIfAny();
        }

        /** 1,000 instances, 100,000 slots, half of the heap. */
        public static Ceilings defaults() {
            return new Ceilings(
                    1_000, 100_000, Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 2));
        }
    }

    public EngineOptions {
        new Violations("engine")
                .require(eventLoops >= 1 && eventLoops <= 256, "event-loops", eventLoops, "must be between 1 and 256")
                .require(heldBytesMax >= 1 << 20, "held-bytes-max", heldBytesMax, "must be at least 1 MiB")
                .require(blockedEventsMax >= 1, "blocked-events-max", blockedEventsMax, "must be positive")
                .require(blockedBytesMax >= 1, "blocked-bytes-max", blockedBytesMax, "must be positive")
                .require(zombiesMax >= 1, "zombies-max", zombiesMax, "must be positive")
                .throwIfAny();
    }

    /** With the ceilings and the journal that are the default. */
    public EngineOptions(
            int eventLoops,
            long heldBytesMax,
            int blockedEventsMax,
            long blockedBytesMax,
            int zombiesMax,
            Consumer<Throwable> onFatal) {
        this(eventLoops, heldBytesMax, blockedEventsMax, blockedBytesMax, zombiesMax, Ceilings.defaults(), onFatal);
    }

    /** With the journal that is the default. */
    public EngineOptions(
            int eventLoops,
            long heldBytesMax,
            int blockedEventsMax,
            long blockedBytesMax,
            int zombiesMax,
            Ceilings ceilings,
            Consumer<Throwable> onFatal) {
        this(
                eventLoops,
                heldBytesMax,
                blockedEventsMax,
                blockedBytesMax,
                zombiesMax,
                ceilings,
                JournalOptions.defaults(),
                onFatal);
    }

    /** The same with another journal. */
    public EngineOptions withJournal(JournalOptions other) {
        return new EngineOptions(
                eventLoops, heldBytesMax, blockedEventsMax, blockedBytesMax, zombiesMax, ceilings, other, onFatal);
    }

    /**
     * A loop per core, a quarter of the heap, 10,000 blocked events or 32 MiB per trigger, 32 zombies,
     * {@link Ceilings#defaults}; a fatal error halts the process with status 134.
     */
    public static EngineOptions defaults() {
        return new EngineOptions(
                Math.min(256, Runtime.getRuntime().availableProcessors()),
                Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 4),
                10_000,
                32L << 20,
                32,
                error -> Runtime.getRuntime().halt(134));
    }
}
