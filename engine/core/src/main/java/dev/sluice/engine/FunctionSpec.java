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
 * @param instances how many instances are started at first, 1 to 1,000
 * @param concurrency events that one instance works on at once, 1 to 10,000
 * @param timeout bounds one run as a whole
 * @param batch how events are gathered when the handler takes batches
 * @param config handed to the handler
 * @param scaling how the number of instances follows the load from then on; null when it does not
 */
public record FunctionSpec(
        String name,
        FunctionCode code,
        int instances,
        int concurrency,
        Duration timeout,
        BatchPolicy batch,
        FunctionConfig config,
        @Nullable Scaling scaling) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public FunctionSpec {
        new Violations("function '" + name + "'")
                .require(NAME.matcher(name).matches(), "name", name, "must be a DNS label: a-z, 0-9 and -, up to 63")
                .require(instances >= 1 && instances <= 1_000, "instances", instances, "must be between 1 and 1000")
                .require(
                        concurrency >= 1 && concurrency <= 10_000,
                        "concurrency",
                        concurrency,
                        "must be between 1 and 10000")
                .require(timeout.compareTo(Duration.ZERO) > 0, "timeout", timeout, "must be positive")
                .require(timeout.compareTo(Duration.ofDays(1)) <= 0, "timeout", timeout, "must be at most a day")
                .throwIfAny();
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

    /** Slots of as many instances as there may be. */
    int slotsMax() {
        return concurrency * (scaling == null ? instances : scaling.limits().max());
    }

    /** Events that one try takes at most. */
    int eventsPerTry() {
        return code.shape().batch() ? batch.size() : 1;
    }
}
