package dev.sluice.engine;

import org.jspecify.annotations.Nullable;

/** A handler can't be loaded or has no shape that the engine knows; the message says which, where and why. */
public final class FunctionCodeException extends Exception {
    private static final long serialVersionUID = 1L;

    FunctionCodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
