package dev.sluice.engine;

import dev.sluice.function.FunctionConfig;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as it is to run.
 *
 * @param name lower-case letters, digits, {@code -}; up to 63
 * @param code its handler, loaded and checked
 * @param instances how many instances are started at first, to 1,000; none only with {@code scaling}
 * @param concurrency events that one instance works on at once, 1 to 10,000; of no effect for a stream
 * @param timeout bounds one run as a whole
 * @param batch how events are gathered when the handler takes batches
 * @param config handed to the handler
 * @param scaling how the number of instances follows the load from then on; null when it does not
 * @param adaptive whether the slots in use are capped where more of them only make each run take longer
 * @param memory what an instance is estimated to hold, in bytes; 0 when unknown, and then it is not counted
 * @param sample the share of events, 0 to 1, of which every decision is kept; -1 for the engine's
 * @param window how events are gathered when the handler takes windows
 */
public record FunctionSpec(
        String name,
        FunctionCode code,
        int instances,
        int concurrency,
        Duration timeout,
        BatchPolicy batch,
        FunctionConfig config,
        @Nullable Scaling scaling,
        boolean adaptive,
        long memory,
        double sample,
        WindowPolicy window) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public FunctionSpec {
        new Violations("function '" + name + "'")
                .require(NAME.matcher(name).matches(), "name", name, "must be a DNS label: a-z, 0-9 and -, up to 63")
                .require(
                        instances >= (scaling == null ? 1 : 0) && instances <= 1_000,
                        "instances",
                        instances,
                        "must be between 1 and 1000, or 0 when scaled")
                .require(
                        concurrency >= 1 && concurrency <= 10_000,
                        "concurrency",
                        concurrency,
                        "must be between 1 and 10000")
                .require(timeout.compareTo(Duration.ZERO) > 0, "timeout", timeout, "must be positive")
                .require(timeout.compareTo(Duration.ofDays(1)) <= 0, "timeout", timeout, "must be at most a day")
                .require(
                        !code.shape().stream() || scaling == null,
                        "scaling",
                        scaling,
                        "must be absent: a stream has fixed instances")
                .require(memory >= 0, "memory", memory, "must not be negative")
                .require(sample == -1 || (sample >= 0 && sample <= 1), "sample", sample, "must be between 0 and 1")
                .throwIfAny();
        // The slot of a stream is taken for as long as its instance lives.
        concurrency = code.shape().stream() ? 1 : concurrency;
    }

    /** A function whose slots are not capped, and whose instances hold nobody knows how much. */
    public FunctionSpec(
            String name,
            FunctionCode code,
            int instances,
            int concurrency,
            Duration timeout,
            BatchPolicy batch,
            FunctionConfig config,
            @Nullable Scaling scaling) {
        this(name, code, instances, concurrency, timeout, batch, config, scaling, false, 0, -1, WindowPolicy.DEFAULT);
    }

    /** A function whose number of instances stays as it is. */
    public FunctionSpec(
            String name,
            FunctionCode code,
            int instances,
            int concurrency,
            Duration timeout,
            BatchPolicy batch,
            FunctionConfig config) {
        this(name, code, instances, concurrency, timeout, batch, config, null);
    }

    /** One instance with 16 slots, 30 s timeout, default batches, no configuration. */
    public static FunctionSpec of(String name, FunctionCode code) {
        return new FunctionSpec(name, code, 1, 16, Duration.ofSeconds(30), BatchPolicy.DEFAULT, FunctionConfig.EMPTY);
    }

    /** The same with another scaling. */
    public FunctionSpec withScaling(@Nullable Scaling other) {
        return new FunctionSpec(
                name, code, instances, concurrency, timeout, batch, config, other, adaptive, memory, sample, window);
    }

    /** The same with its slots capped by latency, or not. */
    public FunctionSpec withAdaptive(boolean other) {
        return new FunctionSpec(
                name, code, instances, concurrency, timeout, batch, config, scaling, other, memory, sample, window);
    }

    /** The same with another estimate of what an instance holds, in bytes; 0 for unknown. */
    public FunctionSpec withMemory(long other) {
        return new FunctionSpec(
                name, code, instances, concurrency, timeout, batch, config, scaling, adaptive, other, sample, window);
    }

    /** The same with another share of events of which every decision is kept; -1 for the engine's. */
    public FunctionSpec withSample(double other) {
        return new FunctionSpec(
                name, code, instances, concurrency, timeout, batch, config, scaling, adaptive, memory, other, window);
    }

    /** The share of events of which every decision is kept. */
    double sample(double ofEngine) {
        return sample < 0 ? ofEngine : sample;
    }

    /** The same with other windows. */
    public FunctionSpec withWindow(WindowPolicy other) {
        return new FunctionSpec(
                name, code, instances, concurrency, timeout, batch, config, scaling, adaptive, memory, sample, other);
    }

    /** Instances that it has whatever the load. */
    int instancesMin() {
        return scaling == null ? instances : scaling.limits().min();
    }

    /** Instances that it has at most. */
    int instancesMax() {
        return scaling == null ? instances : scaling.limits().max();
    }

    /** Slots of as many instances as there may be. */
    int slotsMax() {
        return concurrency * instancesMax();
    }

    /** Events that one try takes at most. */
    int eventsPerTry() {
        return code.shape().batch() ? gathered().size() : 1;
    }

    /** How events are gathered for a try that takes several. */
    BatchPolicy gathered() {
        return code.shape().window() ? new BatchPolicy(window.size(), window.within()) : batch;
    }
}
