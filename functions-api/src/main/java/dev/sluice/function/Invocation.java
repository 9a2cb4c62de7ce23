package dev.sluice.function;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What a function may know about the try it runs in: the second parameter of a {@link java.util.function.BiFunction}.
 */
public interface Invocation {
    /** The function's name in its manifest. */
    String function();

    /** The trigger that brought the event; the function's own name for a direct call. */
    String trigger();

    /** The number of this try: 1 for the first. A batch reports the highest of its events. */
    int attempt();

    /** The time left until the try is cancelled; zero once it has passed. */
    Duration remaining();

    /** The W3C trace parent of the event, if it has one. */
    Optional<String> traceparent();

    /** The function's configuration. */
    FunctionConfig config();

    /** A logger named {@code dev.sluice.function.<function>}. */
    Logger log();
}
