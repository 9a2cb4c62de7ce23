package dev.sluice.engine;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How a function's runs ended, over all triggers of a kind; summed up when somebody asks, from any thread.
 */
final class RunTotals {
    private final List<Pipeline> pipelines;
    private final boolean calls;

    /**
     * @param pipelines the function's, as they come
     * @param calls whether those that callers use are meant, or those that read topics
     */
    RunTotals(List<Pipeline> pipelines, boolean calls) {
        this.pipelines = pipelines;
        this.calls = calls;
    }

    long ended() {
        return sum(counts -> counts.runs.get());
    }

    long nanos() {
        return sum(counts -> counts.runNanos.get());
    }

    long succeeded() {
        return sum(counts -> counts.succeeded.get());
    }

    long failed() {
        return sum(counts -> counts.failed.get());
    }

    long timedOut() {
        return sum(counts -> counts.timeouts.get());
    }

    private long sum(ToLongFunction<PipelineCounts> count) {
        var sum = 0L;
        for (var pipeline : pipelines) {
            if ((pipeline.spec().source() == null) == calls) {
                sum += count.applyAsLong(pipeline.counts);
            }
        }
        return sum;
    }
}
