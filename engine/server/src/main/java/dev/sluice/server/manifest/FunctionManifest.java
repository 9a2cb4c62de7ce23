package dev.sluice.server.manifest;

import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.WindowPolicy;
import dev.sluice.function.FunctionConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function to run.
 *
 * @param place where its handler is written
 * @param name unique among functions
 * @param handler a class, or {@code Class::method}
 * @param artifact a jar or a folder of classes; null for the engine's own class path
 * @param config handed to the handler
 * @param scaling how many instances run
 * @param concurrency events that one instance works on at once
 * @param adaptive whether the function's slots in use are capped by their latency
 * @param memory what an instance is estimated to hold, in bytes; 0 when nothing is said
 * @param timeout bounds a run
 * @param batch how events are gathered for a batch function
 * @param window how events are gathered for a function of a bounded flux
 * @param written those of its keys that are the author's word, as far as some kinds of functions have no use for them
 * @param journalRate the share of events of which every decision is kept; -1 for the node's
 */
public record FunctionManifest(
        Place place,
        String name,
        String handler,
        @Nullable Path artifact,
        FunctionConfig config,
        ScalingManifest scaling,
        int concurrency,
        boolean adaptive,
        long memory,
        Duration timeout,
        BatchPolicy batch,
        WindowPolicy window,
        Set<String> written,
        double journalRate) {
    /** The same with other bounds of its instances. */
    public FunctionManifest withScalingMax(int max) {
        return new FunctionManifest(
                place,
                name,
                handler,
                artifact,
                config,
                scaling.withMax(max),
                concurrency,
                adaptive,
                memory,
                timeout,
                batch,
                window,
                written,
                journalRate);
    }
}
