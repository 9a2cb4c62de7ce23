package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.sql.AttributeFilter.Comparison;
import dev.sluice.cloudevents.sql.InvalidFilterException.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a parsed tree into filters and collects every mistake on the way. For one tree. */
final class Compiler {
    private static final int DEPTH_MAX = 64;
    private static final int NODES_MAX = 1_000;
    private static final String DIALECTS = "exact, prefix, suffix, all, any, not, cesql, pattern";

    private final CesqlFunctions functions;
    private final List<Mistake> mistakes = new ArrayList<>();
    private int nodes;

    Compiler(CesqlFunctions functions) {
        this.functions = functions;
    }

    EventFilter compile(List<?> filters) {
        EventFilter compiled = AllOf.of(list(filters, "filters", 1));
        if (!mistakes.isEmpty()) {
            throw new InvalidFilterException(mistakes);
        }
        return compiled;
    }

    EventFilter attributes(Map<String, String> attributes) {
        List<EventFilter> filters = new ArrayList<>();
        attributes.forEach((name, value) -> {
            String path = "attributes." + name;
            if (checkName(name, path) && withinNodes(path)) {
                filters.add(new AttributeFilter(value.isEmpty() ? Comparison.PRESENT : Comparison.EXACT, name, value));
            }
        });
        if (!mistakes.isEmpty()) {
            throw new InvalidFilterException(mistakes);
        }
        return AllOf.of(filters);
    }

    private List<EventFilter> list(List<?> filters, String path, int depth) {
        List<EventFilter> compiled = new ArrayList<>();
        for (int i = 0; i < filters.size() && nodes <= NODES_MAX; i++) {
            EventFilter filter = node(filters.get(i), path + '[' + i + ']', depth);
            if (filter != null) {
                compiled.add(filter);
            }
        }
        return compiled;
    }

    /** One filter: a map of exactly one dialect. Null when it is wrong, and the mistake noted. */
    private @Nullable EventFilter node(@Nullable Object node, String path, int depth) {
        if (!withinNodes(path)) {
            return null;
        }
        if (depth > DEPTH_MAX) {
            return mistake(path, "...", "must not be nested deeper than " + DEPTH_MAX);
        }
        if (!(node instanceof Map<?, ?> map) || map.size() != 1) {
            return mistake(path, node, "must be one filter dialect with its value: " + DIALECTS);
        }
        Map.Entry<?, ?> entry = map.entrySet().iterator().next();
        String dialect = String.valueOf(entry.getKey());
        Object value = entry.getValue();
        String at = path + '.' + dialect;
        return switch (dialect) {
            case "exact" -> comparisons(Comparison.EXACT, value, at);
            case "prefix" -> comparisons(Comparison.PREFIX, value, at);
            case "suffix" -> comparisons(Comparison.SUFFIX, value, at);
            case "all" -> {
                List<EventFilter> nested = nested(value, at, depth);
                yield nested == null ? null : AllOf.of(nested);
            }
            case "any" -> {
                List<EventFilter> nested = nested(value, at, depth);
                yield nested == null ? null : AnyOf.of(nested);
            }
            case "not" -> {
                EventFilter nested = node(value, at, depth + 1);
                yield nested == null ? null : new Not(nested);
            }
            case "cesql", "sql" -> expression(value, at);
            case "pattern" -> pattern(value, at);
            default -> mistake(at, value, "is no filter dialect; there are " + DIALECTS);
        };
    }

    private @Nullable List<EventFilter> nested(@Nullable Object value, String path, int depth) {
        if (!(value instanceof List<?> filters) || filters.isEmpty()) {
            mistake(path, value, "must be a list of at least one filter");
            return null;
        }
        List<EventFilter> compiled = list(filters, path, depth + 1);
        return compiled.isEmpty() ? null : compiled;
    }

    private @Nullable EventFilter comparisons(Comparison comparison, @Nullable Object value, String path) {
        if (!(value instanceof Map<?, ?> map) || map.isEmpty()) {
            return mistake(path, value, "must be a map of at least one attribute and its text");
        }
        List<EventFilter> filters = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = String.valueOf(entry.getKey());
            String at = path + '.' + name;
            if (!checkName(name, at) || !withinNodes(at)) {
                continue;
            }
            String expected = scalar(entry.getValue());
            if (expected == null || expected.isEmpty()) {
                mistake(at, entry.getValue(), "must be a text that is not empty");
            } else {
                filters.add(new AttributeFilter(comparison, name, expected));
            }
        }
        return filters.isEmpty() ? null : AllOf.of(filters);
    }

    private @Nullable EventFilter expression(@Nullable Object value, String path) {
        String text = scalar(value);
        if (text == null || text.isBlank()) {
            return mistake(path, value, "must be an expression of CESQL");
        }
        Cesql expression;
        try {
            expression = Cesql.parse(text, functions);
        } catch (InvalidCesqlException invalid) {
            return mistake(path, text, "must be an expression of CESQL: " + invalid.getMessage());
        }
        CesqlType type = expression.root().type();
        if (!expression.unknownFunctions().isEmpty()) {
            return mistake(
                    path,
                    text,
                    "must be an expression of CESQL: "
                            + expression.unknownFunctions().get(0));
        }
        if (type != CesqlType.BOOLEAN && type != CesqlType.ANY) {
            return mistake(path, text, "must give a Boolean, not a value of type " + type.word());
        }
        return new CesqlFilter(expression);
    }

    private @Nullable EventFilter pattern(@Nullable Object value, String path) {
        if (!(value instanceof Map<?, ?> map) || map.isEmpty()) {
            return mistake(path, value, "must be a map, the event pattern");
        }
        try {
            return PatternCompiler.compile(map);
        } catch (PatternCompiler.InvalidPatternException invalid) {
            return mistake(path, value, String.valueOf(invalid.getMessage()));
        }
    }

    /**
     * YAML reads {@code exact: {priority: 3}} as a number and {@code true} as a boolean: their canonical strings are
     * meant.
     */
    private static @Nullable String scalar(@Nullable Object value) {
        boolean scalar = value instanceof String
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long;
        return scalar ? String.valueOf(value) : null;
    }

    static boolean isAttributeName(String name) {
        return !name.isEmpty()
                && !name.equals("data")
                && name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }

    private boolean checkName(String name, String path) {
        if (!isAttributeName(name)) {
            mistake(path, name, "is no attribute name: only a-z and 0-9 are allowed, and data cannot be filtered on");
            return false;
        }
        return true;
    }

    private boolean withinNodes(String path) {
        if (++nodes == NODES_MAX + 1) {
            mistake(
                    path,
                    "...",
                    "must not be more than the " + NODES_MAX + " conditions that filters may have together");
        }
        return nodes <= NODES_MAX;
    }

    private @Nullable EventFilter mistake(String path, @Nullable Object value, String rule) {
        mistakes.add(Mistake.of(path, value, rule));
        return null;
    }
}
