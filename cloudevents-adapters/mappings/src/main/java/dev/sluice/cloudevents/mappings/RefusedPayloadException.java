package dev.sluice.cloudevents.mappings;

import dev.sluice.cloudevents.InvalidEventException;
import org.jspecify.annotations.Nullable;

/**
 * Says that what a service sent makes no events, and why. Expected with foreign input, so it carries no stack trace;
 * its message is safe to log and to answer with, and tells nothing of a secret.
 */
public final class RefusedPayloadException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable String field;

    /** What kind of refusal it is; HTTP has a status for each. */
    public enum Reason {
        /** The signature is missing or is not that of the payload: 401. */
        UNSIGNED,
        /** The payload is in a format that is not read here: 415. */
        MEDIA_TYPE,
        /** The payload is not what the service sends, or lacks what an event needs: 400. */
        MALFORMED,
        /** The payload, or how much comes of it, is over a limit: 413. */
        TOO_LARGE
    }

    RefusedPayloadException(Reason reason, @Nullable String field, String message) {
        super(message);
        this.reason = reason;
        this.field = field;
    }

    static RefusedPayloadException malformed(String message) {
        return new RefusedPayloadException(Reason.MALFORMED, null, message);
    }

    static RefusedPayloadException missing(String field, String attribute) {
        var header = field.startsWith("@");
        var name = header ? field.substring(1) : field;
        var what = header
                ? "the header " + name + " is missing"
                : "the field " + name + " is missing, or no text or number";
        return new RefusedPayloadException(
                Reason.MALFORMED, name, what + ": the event's " + attribute + " is made of it");
    }

    /** What was made of the payload breaks a rule of events. */
    static RefusedPayloadException of(InvalidEventException invalid) {
        var kind = invalid.isTooLarge() ? Reason.TOO_LARGE : Reason.MALFORMED;
        return new RefusedPayloadException(kind, null, "the event of it: " + invalid.getMessage());
    }

    /** The same mistake, found in the record at this index, counted from 0. */
    RefusedPayloadException inRecord(int index) {
        return new RefusedPayloadException(reason, field, "record " + index + ": " + getMessage());
    }

    /** What kind of refusal it is. */
    public Reason reason() {
        return reason;
    }

    /** The field of the payload, as a JSON pointer, or the header that is missing; null when it is neither. */
    public @Nullable String field() {
        return field;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing, so there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }
}
