package dev.sluice.cloudevents.sql;

import java.util.List;

/**
 * What an expression gives for an event: always a value, and the errors on the way to it.
 *
 * @param value a {@link String}, an {@link Integer} or a {@link Boolean}
 * @param errors in the order in which they arose; empty when all went well, one when evaluation stopped at the first
 */
public record CesqlResult(Object value, List<CesqlError> errors) {
    public CesqlResult {
        errors = List.copyOf(errors);
    }
}
