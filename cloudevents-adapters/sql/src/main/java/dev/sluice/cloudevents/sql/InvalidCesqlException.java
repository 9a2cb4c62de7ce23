package dev.sluice.cloudevents.sql;

/** Says where and why a text is no CESQL expression. Carries no stack trace. */
public final class InvalidCesqlException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient CesqlError error;

    InvalidCesqlException(int position, String message) {
        super("at character " + position + ": " + message);
        this.error = new CesqlError(CesqlError.Kind.PARSE, position, message);
    }

    /** The mistake: of kind {@link CesqlError.Kind#PARSE}, with its position and what was expected there. */
    public CesqlError error() {
        return error;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing, so there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }
}
