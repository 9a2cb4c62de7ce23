package dev.sluice.engine;

import dev.sluice.function.FunctionException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a function's author what went wrong, with the stack, once per kind of exception and minute: a function that fails
 * on every event must not fill the disk, nor hide another failure. On the home loop; for failed tries only.
 */
final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int KINDS_MAX = 64;

    private final String function;
    private final String trigger;
    /** By name: a class would keep the version that it came with. */
    private final Map<String, Long> toldAt = new HashMap<>();

    FailureLog(String function, String trigger) {
        this.function = function;
        this.trigger = trigger;
    }

    /** A try failed; {@code now} is the monotonic clock's. */
    void failed(Throwable error, int tries, long now) {
        if (error instanceof FunctionException.Rejected || !due(error.getClass().getName(), now)) {
            return;
        }
        LOG.atWarn()
                .addArgument(function)
                .addArgument(tries)
                .addArgument(trigger)
                .addArgument(DeadLetters.describe(error))
                .setCause(error)
                .log("function {} failed, try {} of an event of {}: {}; told again in a minute at the earliest");
    }

    private boolean due(String kind, long now) {
        var last = toldAt.get(kind);
        if (last != null && now - last < QUIET_NANOS) {
            return false;
        }
        if (last == null && toldAt.size() >= KINDS_MAX) {
            toldAt.clear();
        }
        toldAt.put(kind, now);
        return true;
    }
}
