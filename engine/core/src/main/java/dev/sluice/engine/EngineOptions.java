package dev.sluice.engine;

import java.util.function.Consumer;

/**
 * Limits of an engine as a whole.
 *
 * @param eventLoops threads that functions live on, 1 to 256
 * @param heldBytesMax what all pipelines together may hold in memory
 * @param blockedEventsMax events that one trigger may hold behind keys, in back-off or parked
 * @param blockedBytesMax their bytes
 * @param zombiesMax runs past their deadline, still on a thread; beyond, functions lease no more
 * @param onFatal called with an error after which the process can't be trusted, such as OutOfMemoryError
 */
public record EngineOptions(
        int eventLoops,
        long heldBytesMax,
        int blockedEventsMax,
        long blockedBytesMax,
        int zombiesMax,
        Consumer<Throwable> onFatal) {
    public EngineOptions {
        new Violations("engine")
                .require(eventLoops >= 1 && eventLoops <= 256, "event-loops", eventLoops, "must be between 1 and 256")
                .require(heldBytesMax >= 1 << 20, "held-bytes-max", heldBytesMax, "must be at least 1 MiB")
                .require(blockedEventsMax >= 1, "blocked-events-max", blockedEventsMax, "must be positive")
                .require(blockedBytesMax >= 1, "blocked-bytes-max", blockedBytesMax, "must be positive")
                .require(zombiesMax >= 1, "zombies-max", zombiesMax, "must be positive")
                .throwIfAny();
    }

    /**
     * A loop per core, a quarter of the heap, 10,000 blocked events or 32 MiB per trigger, 32 zombies; a fatal error
     * halts the process with status 134.
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
