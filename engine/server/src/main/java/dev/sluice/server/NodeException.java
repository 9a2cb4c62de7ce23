package dev.sluice.server;

import org.jspecify.annotations.Nullable;

/** Why a node did not start. What had been opened is closed again. */
final class NodeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** @param exitCode the one that the process should end with */
    NodeException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
