package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.Escaped;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with a list of filters: every mistake in it, each with its place. Carries no stack trace. */
public final class InvalidFilterException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    InvalidFilterException(List<Mistake> mistakes) {
        super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("; ")));
        this.mistakes = List.copyOf(mistakes);
    }

    /** All mistakes, in the order of the document; at least one. */
    public List<Mistake> mistakes() {
        return mistakes;
    }

    /** Where the first mistake is. */
    public String path() {
        return mistakes.get(0).path();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing, so there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }

    /**
     * One mistake.
     *
     * @param path where, such as {@code filters[1].all[0].prefix}
     * @param value what stands there, escaped and cut to 64 characters
     * @param rule what is required: "must not be empty"
     */
    public record Mistake(String path, String value, String rule) {
        static Mistake of(String path, @Nullable Object value, String rule) {
            return new Mistake(Escaped.of(path, 512), Escaped.of(shown(value), 64), rule);
        }

        /** Trees are not printed: they may be deep. */
        private static String shown(@Nullable Object value) {
            if (value instanceof Map<?, ?>) {
                return "{...}";
            }
            return value instanceof List<?> ? "[...]" : value == null ? "" : value.toString();
        }

        @Override
        public String toString() {
            return path + " = \"" + value + "\" " + rule;
        }
    }
}
