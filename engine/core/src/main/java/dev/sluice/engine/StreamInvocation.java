package dev.sluice.engine;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Invocation;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What a stream function is told; there is no event yet, and no deadline.
 *
 * @param pipeline its trigger's
 * @param attempt how often the stream was started in a row, 1 after it went well
 */
record StreamInvocation(Pipeline pipeline, int attempt) implements Invocation {
    private static final Duration FOR_LIFE = Duration.ofDays(36_500);

    @Override
    public String function() {
        return pipeline.function();
    }

    @Override
    public String trigger() {
        return pipeline.name();
    }

    @Override
    public Duration remaining() {
        return FOR_LIFE;
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.empty();
    }

    @Override
    public FunctionConfig config() {
        return pipeline.config();
    }

    @Override
    public Logger log() {
        return pipeline.functionLog();
    }
}
