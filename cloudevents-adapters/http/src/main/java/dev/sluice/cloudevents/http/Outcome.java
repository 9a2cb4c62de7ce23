package dev.sluice.cloudevents.http;

import java.util.Locale;

/** How a send ended, as the meters tell it. */
enum Outcome {
    TAKEN,
    REFUSED,
    BUSY,
    FAILED,
    TIMED_OUT,
    UNREACHABLE,
    FORBIDDEN,
    OVERLOADED,
    BAD_ANSWER,
    CANCELLED;

    static Outcome of(Throwable error) {
        if (error instanceof SinkException.Refused) {
            return REFUSED;
        } else if (error instanceof SinkException.Busy) {
            return BUSY;
        } else if (error instanceof SinkException.Failed) {
            return FAILED;
        } else if (error instanceof SinkException.TimedOut) {
            return TIMED_OUT;
        } else if (error instanceof SinkException.Forbidden) {
            return FORBIDDEN;
        } else if (error instanceof SinkException.Overloaded) {
            return OVERLOADED;
        }
        return error instanceof SinkException.BadAnswer ? BAD_ANSWER : UNREACHABLE;
    }

    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
