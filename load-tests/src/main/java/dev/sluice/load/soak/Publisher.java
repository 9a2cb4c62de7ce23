package dev.sluice.load.soak;

import java.io.IOException;

/** Publishes soak events until it is closed. */
interface Publisher extends AutoCloseable {
    void start();

    /** Events whose publishing failed, or ended without an answer: they may be on the topic or not. */
    long failed();

    /** Publishes no more, and waits for what is under way. */
    @Override
    void close() throws IOException;
}
