package dev.sluice.function;

import java.util.Map;
import java.util.Optional;

/**
 * The {@code config} of a function's manifest. A handler gets it as the only parameter of its public
 * constructor, or from {@link Invocation#config()}.
 *
 * @param values the entries as written; never changes while the function version runs
 */
public record FunctionConfig(Map<String, String> values) {
    /** No entries. */
    public static final FunctionConfig EMPTY = new FunctionConfig(Map.of());

    public FunctionConfig {
        values = Map.copyOf(values);
    }

    /** The entry's value, if it is there. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The entry's value; an {@link IllegalArgumentException} that names the entry when it is absent. */
    public String require(String name) {
        return find(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("config '" + name + "' is missing: the function requires it"));
    }
}
