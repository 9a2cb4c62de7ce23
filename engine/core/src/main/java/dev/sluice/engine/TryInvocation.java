package dev.sluice.engine;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Invocation;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What a function is told about the try that it runs in; made only for functions that ask.
 *
 * @param running the try
 */
record TryInvocation(Attempt running) implements Invocation {
    @Override
    public String function() {
        return running.pipeline.function();
    }

    @Override
    public String trigger() {
        return running.pipeline.name();
    }

    @Override
    public int attempt() {
        return running.batch == null
                ? running.first.tries
                : running.batch.stream().mapToInt(task -> task.tries).max().orElse(1);
    }

    @Override
    public Duration remaining() {
        var end = running.startNanos + running.pipeline.tries.timeoutNanos();
        return Duration.ofNanos(Math.max(0, end - running.pipeline.nanos()));
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.ofNullable(running.first.event().getExtension("traceparent"))
                .map(Object::toString);
    }

    @Override
    public FunctionConfig config() {
        return running.pipeline.config();
    }

    @Override
    public Logger log() {
        return running.pipeline.functionLog();
    }
}
