package dev.sluice.function;

import java.util.Map;

/**
 * A batch function's verdict per event: every event that it does not name is done, every one that it
 * names failed with the given error and takes its own retries or dead letter. Later events of a failed
 * event's key in the same batch run again after it, so that the key stays in order.
 *
 * @param failures the failed events by their index in the batch, from 0
 */
public record BatchResult(Map<Integer, Throwable> failures) {
    /** Every event is done. */
    public static final BatchResult DONE = new BatchResult(Map.of());

    public BatchResult {
        failures = Map.copyOf(failures);
    }

    /** Fails the events at these indexes; the others are done. */
    public static BatchResult failed(Map<Integer, Throwable> failures) {
        return failures.isEmpty() ? DONE : new BatchResult(failures);
    }
}
