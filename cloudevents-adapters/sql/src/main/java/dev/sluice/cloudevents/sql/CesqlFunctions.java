package dev.sluice.cloudevents.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions that expressions may call: those of the specification and, on request, one's own. Immutable.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/cesql/spec.md#35-functions">Functions</a>
 */
public final class CesqlFunctions {
    /** The functions of the specification alone. */
    public static final CesqlFunctions STANDARD = new CesqlFunctions(Builtins.all());

    private final Map<String, List<Definition>> byName;

    private CesqlFunctions(Map<String, List<Definition>> byName) {
        this.byName = byName;
    }

    /** Begins a set with the functions of the specification in it. */
    public static Builder builder() {
        return new Builder();
    }

    /** The function for so many arguments; null when there is none. The name in upper case. */
    @Nullable
    Definition find(String name, int arguments) {
        for (Definition definition : byName.getOrDefault(name, List.of())) {
            if (definition.takes(arguments)) {
                return definition;
            }
        }
        return null;
    }

    /** Why there is no such function, in words. */
    String reason(String name, int arguments) {
        return byName.containsKey(name)
                ? "function " + name + " does not take " + arguments + (arguments == 1 ? " argument" : " arguments")
                : "there is no function " + name;
    }

    /** Collects functions. For one thread. */
    public static final class Builder {
        private final Map<String, List<Definition>> byName = new HashMap<>();

        private Builder() {
            STANDARD.byName.forEach((name, overloads) -> byName.put(name, new ArrayList<>(overloads)));
        }

        /**
         * Adds a function with a fixed number of parameters.
         *
         * @param name letters and underscores, beginning with a letter; upper and lower case are the same
         * @throws IllegalArgumentException when the name is none, or there is a function that takes as many arguments
         */
        public Builder add(String name, List<CesqlType> parameters, CesqlType result, CesqlFunction body) {
            return add(new Definition(checked(name), List.copyOf(parameters), null, result, Body.of(body, result)));
        }

        /**
         * Adds a function with any number of further parameters after the fixed ones. A name has one of these at most,
         * and it must have more fixed parameters than any other function of the name.
         *
         * @param rest the type of each further argument
         * @throws IllegalArgumentException when the name is none, or the overload is not allowed
         */
        public Builder addVariadic(
                String name, List<CesqlType> fixed, CesqlType rest, CesqlType result, CesqlFunction body) {
            return add(new Definition(checked(name), List.copyOf(fixed), rest, result, Body.of(body, result)));
        }

        /** The functions as they are now. */
        public CesqlFunctions build() {
            Map<String, List<Definition>> copy = new HashMap<>();
            byName.forEach((name, overloads) -> copy.put(name, List.copyOf(overloads)));
            return new CesqlFunctions(copy);
        }

        private Builder add(Definition added) {
            List<Definition> overloads = byName.computeIfAbsent(added.name(), name -> new ArrayList<>());
            for (Definition other : overloads) {
                if (added.clashesWith(other)) {
                    throw new IllegalArgumentException("CESQL function " + added + " cannot stand beside " + other);
                }
            }
            overloads.add(added);
            return this;
        }

        private static String checked(String name) {
            if (!name.matches("[A-Za-z][A-Za-z_]*")) {
                throw new IllegalArgumentException(
                        "CESQL function \"" + name + "\" must be letters and underscores, beginning with a letter");
            }
            return name.toUpperCase(Locale.ROOT);
        }
    }

    /**
     * One function.
     *
     * @param rest the type of the arguments beyond the parameters; null when there are none
     */
    record Definition(
            String name,
            List<CesqlType> parameters,
            @Nullable CesqlType rest,
            CesqlType result,
            Body body) {
        boolean takes(int arguments) {
            return rest == null ? arguments == parameters.size() : arguments >= parameters.size();
        }

        CesqlType parameter(int index) {
            return index < parameters.size() || rest == null ? parameters.get(index) : rest;
        }

        boolean clashesWith(Definition other) {
            int mine = parameters.size();
            int others = other.parameters.size();
            if (rest != null && other.rest != null) {
                return true;
            }
            return rest != null ? mine <= others : other.rest != null ? others <= mine : mine == others;
        }

        @Override
        public String toString() {
            StringBuilder out = new StringBuilder(name).append('(');
            for (CesqlType parameter : parameters) {
                out.append(out.charAt(out.length() - 1) == '(' ? "" : ", ").append(parameter.word());
            }
            if (rest != null) {
                out.append(parameters.isEmpty() ? "" : ", ").append(rest.word()).append("...");
            }
            return out.append(')').toString();
        }
    }

    /** What a function does. Its arguments have the types of its parameters. */
    @FunctionalInterface
    interface Body {
        Object apply(Object[] arguments, Evaluation run, int position);

        static Body of(CesqlFunction function, CesqlType result) {
            return (arguments, run, position) -> {
                try {
                    Object value = function.call(List.of(arguments));
                    if (value != null && result.admits(value)) {
                        return value;
                    }
                    run.functionFailed(
                            position,
                            "function gave "
                                    + (value == null
                                            ? "nothing"
                                            : value.getClass().getSimpleName()) + ", which is no " + result.word());
                } catch (RuntimeException failed) {
                    run.functionFailed(position, "function failed: " + failed);
                }
                return result.zero();
            };
        }
    }
}
