package dev.sluice.function;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A generic type that outlives erasure: {@code new TypeRef<Function<Order, Mono<Invoice>>>() {}}.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {
    private final Type type;

    /** Reads {@code T} off the anonymous subclass; an {@link IllegalArgumentException} when it names none. */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType self)) {
            throw new IllegalArgumentException("TypeRef needs a type argument, as in new TypeRef<Function<A, B>>() {}");
        }
        type = self.getActualTypeArguments()[0];
    }

    /** The type as written. */
    public final Type type() {
        return type;
    }
}
