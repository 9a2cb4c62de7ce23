package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.Escaped;
import dev.sluice.cloudevents.MediaTypes;

/** Says that a message holds events in a format that is not known here; HTTP answers it with 415. No stack trace. */
public final class UnsupportedFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String contentType;

    UnsupportedFormatException(CharSequence contentType) {
        super("content-type \"" + Escaped.of(contentType, 64) + "\" is no known format of events; known are "
                + MediaTypes.STRUCTURED_JSON + " and " + MediaTypes.BATCH_JSON);
        this.contentType = Escaped.of(contentType, 64);
    }

    /** The content type of the message, escaped and cut to 64 characters. */
    public String contentType() {
        return contentType;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing, so there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }
}
