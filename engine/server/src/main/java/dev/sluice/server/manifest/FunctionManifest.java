package dev.sluice.server.manifest;

import dev.sluice.engine.BatchPolicy;
import dev.sluice.function.FunctionConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A function to run.
 *
 * @param place where its handler is written
 * @param name unique among functions
 * @param handler a class, or {@code Class::method}
 * @param artifact a jar or a folder of classes; null for the engine's own class path
 * @param config handed to the handler
 * @param instances how many run
 * @param concurrency events that one instance works on at once
 * @param timeout bounds a run
 * @param batch how events are gathered for a batch function
 */
public record FunctionManifest(
        Place place,
        String name,
        String handler,
        @Nullable Path artifact,
        FunctionConfig config,
        int instances,
        int concurrency,
        Duration timeout,
        BatchPolicy batch) {}
