package dev.sluice.broker.kafka.server;

import java.io.IOException;

/** Notices the end of whoever started this process, however it ended: standard input ends with it. */
final class EndOfInput {
    private EndOfInput() {}

    /** Runs this, on a thread of its own, once standard input has ended. */
    static void then(Runnable end) {
        var watch = new Thread(
                () -> {
                    awaitEnd();
                    end.run();
                },
                "end-of-input");
        watch.setDaemon(true);
        watch.start();
    }

    /** Blocks until standard input has ended. */
    static void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // What is said here means nothing.
            }
        } catch (IOException e) {
            // Broken is ended.
        }
    }
}
