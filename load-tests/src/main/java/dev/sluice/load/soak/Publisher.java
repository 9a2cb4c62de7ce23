package dev.sluice.load.soak;

import java.io.IOException;
import java.util.Optional;

/** Publishes soak events until it is closed. */
interface Publisher extends AutoCloseable {
    void start();

    /** Events whose publishing failed, or ended without an answer: they may be on the topic or not. */
    long failed();

    /** Why the first of them failed, as far as it is known. */
    default Optional<String> reason() {
        return Optional.empty();
    }

    /** Publishes no more, and waits for what is under way. */
    @Override
    void close() throws IOException;
}
