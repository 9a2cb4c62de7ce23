package dev.sluice.cloudevents.sql;

import java.util.List;

/**
 * The body of a function that expressions call. It is called on the thread that evaluates, which may be an event loop:
 * it must be quick, must not block, and should give the same for the same arguments.
 */
@FunctionalInterface
public interface CesqlFunction {
    /**
     * Computes the value. An exception becomes an error of kind
     * {@link CesqlError.Kind#FUNCTION_EVALUATION} and the zero value of the declared type, as does a value of another
     * type.
     *
     * @param arguments as many as were declared (more for a variadic function), cast to the declared types
     */
    Object call(List<Object> arguments);
}
