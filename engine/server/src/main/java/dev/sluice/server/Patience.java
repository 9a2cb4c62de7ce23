package dev.sluice.server;

import dev.sluice.engine.Engine;
import dev.sluice.engine.FunctionStatus;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How long a node waits for the parts that it starts and stops, and what it says of those that take longer. Blocks. */
final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration FUNCTIONS = Duration.ofSeconds(30);
    private static final Duration TOPICS = Duration.ofSeconds(5);
    private static final Duration DRAIN_EXTRA = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(5);

    private Patience() {}

    /** Waits until no function is starting. One that has failed is told and tried again by the engine meanwhile. */
    static void awaitFunctions(Engine engine) {
        var started = await(
                () -> engine.functions().stream().noneMatch(f -> f.state() == FunctionStatus.State.STARTING),
                FUNCTIONS);
        if (!started) {
            LOG.warn(
                    "some functions have not started within {} s; the node serves without them", FUNCTIONS.toSeconds());
        }
        engine.functions().stream()
                .filter(function -> function.state() == FunctionStatus.State.FAILED)
                .forEach(function -> LOG.warn("function '{}' does not start: {}", function.name(), function.detail()));
    }

    /**
     * Waits a little for the topics of clusters: mostly they are there, and then nobody sees a node that is not ready.
     */
    static void awaitTopics(Topics topics) {
        topics.tried().timeout(TOPICS, Mono.empty()).block();
        if (!topics.closed().isEmpty()) {
            LOG.warn(
                    "the node serves, but is not ready; {}",
                    topics.closed().get(0).trouble());
        }
    }

    /** Waits until the engine has drained, a little longer than it is to take. */
    static void drain(Engine engine, Duration grace) {
        engine.drain(grace)
                .timeout(grace.plus(DRAIN_EXTRA))
                .onErrorResume(error -> {
                    LOG.atWarn().setCause(error).log("the engine did not drain cleanly");
                    return Mono.empty();
                })
                .block();
    }

    /** Whether the condition has been met within the time. */
    static boolean await(BooleanSupplier condition, Duration limit) {
        if (condition.getAsBoolean()) {
            return true;
        }
        var met = Flux.interval(POLL)
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(limit, Mono.empty())
                .block();
        return met != null;
    }
}
