package dev.sluice.cloudevents.sql;

/**
 * Why an expression, or a part of it, has no proper value for an event.
 *
 * @param kind the specification's kind of error
 * @param position the character of the expression at which it arose, counted from 1
 * @param message what went wrong, in words; foreign text in it is escaped and cut
 */
public record CesqlError(Kind kind, int position, String message) {
    /** The kinds of errors that the specification tells apart. */
    public enum Kind {
        /** The text is no expression. */
        PARSE,
        /** A division by zero, or a result beyond 32 bits. */
        MATH,
        /** A value that cannot be cast to the type that is needed. */
        CAST,
        /** An attribute that the event does not have. */
        MISSING_ATTRIBUTE,
        /** A function that is not known with this number of arguments. */
        MISSING_FUNCTION,
        /** A function that failed on its arguments. */
        FUNCTION_EVALUATION,
        /** Anything else, such as a used up budget. */
        GENERIC
    }

    @Override
    public String toString() {
        return "at character " + position + ": " + message;
    }
}
