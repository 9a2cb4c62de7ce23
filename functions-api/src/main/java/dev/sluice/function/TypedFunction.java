package dev.sluice.function;

import java.lang.reflect.Type;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A handler together with its full generic type, for lambdas and method references whose own types are
 * erased.
 *
 * <p>Named in a manifest as {@code com.acme.Handlers::price}, where {@code price} is a public static
 * method without parameters: its generic return type serves as well, and this class is not needed.
 *
 * @param type the handler's type, such as {@code Function<Order, Mono<Invoice>>}
 * @param handler the handler itself
 */
public record TypedFunction(Type type, Object handler) {
    public TypedFunction {
        if (!(handler instanceof Function || handler instanceof BiFunction || handler instanceof Consumer)) {
            throw new IllegalArgumentException(
                    "handler " + handler.getClass().getName() + " must be a Function, BiFunction or Consumer");
        }
    }

    /** Pairs a handler with the type it was written as. */
    public static <F> TypedFunction of(TypeRef<F> type, F handler) {
        return new TypedFunction(type.type(), handler);
    }
}
