package dev.sluice.load.soak;

/** A scenario could not be carried out, so that it proves nothing; the message says why. */
final class SoakException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SoakException(String message) {
        super(message, null, false, false);
    }

    SoakException(String message, Throwable cause) {
        super(message, cause);
    }
}
