package dev.sluice.server;

import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.context.Context;

/** Errors of questions whose askers wait no longer, as when a cluster is away: nothing to alarm anybody with. */
final class LateErrors {
    private static final Logger LOG = LoggerFactory.getLogger(LateErrors.class);

    /** Reactor's name for what a chain does with errors that nobody hears. */
    private static final String KEY = "reactor.onErrorDropped.local";

    /** To be written into a chain's context: such errors of it are logged at the level debug only. */
    static final Function<Context, Context> UNHEARD = context ->
            context.put(KEY, (Consumer<Throwable>) error -> LOG.debug("too late to be heard: {}", error.toString()));

    private LateErrors() {}
}
