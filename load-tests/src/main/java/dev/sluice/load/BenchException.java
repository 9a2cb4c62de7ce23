package dev.sluice.load;

/** A figure could not be measured; the message says why and what to do. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message, null, false, false);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
