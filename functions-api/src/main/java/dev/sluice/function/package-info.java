/**
 * What a function author compiles against. Nothing here has to be extended: a function is a
 * {@link java.util.function.Function}, {@link java.util.function.Consumer} or
 * {@link java.util.function.BiFunction}; these types add what such a function may ask for.
 */
@NullMarked
package dev.sluice.function;

import org.jspecify.annotations.NullMarked;
