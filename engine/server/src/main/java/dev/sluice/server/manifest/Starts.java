package dev.sluice.server.manifest;

import dev.sluice.broker.Start;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Places in a topic, as manifests and commands write them. */
public final class Starts {
    /** What {@link #parse} takes. */
    public static final String RULE = "must be earliest, latest or a time such as 2026-01-31T06:00:00Z";

    private Starts() {}

    /** The place; empty when the text is none. */
    public static Optional<Start> parse(String text) {
        if (text.equals("earliest")) {
            return Optional.of(Start.EARLIEST);
        }
        if (text.equals("latest")) {
            return Optional.of(Start.LATEST);
        }
        try {
            return Optional.of(Start.at(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }
}
