package dev.sluice.cloudevents.sql;

import static dev.sluice.cloudevents.sql.CesqlType.ANY;
import static dev.sluice.cloudevents.sql.CesqlType.BOOLEAN;
import static dev.sluice.cloudevents.sql.CesqlType.INTEGER;
import static dev.sluice.cloudevents.sql.CesqlType.STRING;

import dev.sluice.cloudevents.sql.CesqlFunctions.Body;
import dev.sluice.cloudevents.sql.CesqlFunctions.Definition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of the specification. A character is a code point, also where Java counts two units for it. */
final class Builtins {
    private static final CesqlError.Kind MATH = CesqlError.Kind.MATH;

    private final Map<String, List<Definition>> byName = new HashMap<>();

    private Builtins() {
        add("LENGTH", List.of(STRING), INTEGER, (a, run, at) -> length((String) a[0]));
        add("LOWER", List.of(STRING), STRING, (a, run, at) -> ((String) a[0]).toLowerCase(Locale.ROOT));
        add("UPPER", List.of(STRING), STRING, (a, run, at) -> ((String) a[0]).toUpperCase(Locale.ROOT));
        add("TRIM", List.of(STRING), STRING, (a, run, at) -> trim((String) a[0]));
        add("LEFT", List.of(STRING, INTEGER), STRING, Builtins::left);
        add("RIGHT", List.of(STRING, INTEGER), STRING, Builtins::right);
        add("SUBSTRING", List.of(STRING, INTEGER), STRING, Builtins::substring);
        add("SUBSTRING", List.of(STRING, INTEGER, INTEGER), STRING, Builtins::substring);
        add("ABS", List.of(INTEGER), INTEGER, Builtins::abs);
        add("INT", List.of(ANY), INTEGER, (a, run, at) -> cast(a[0], INTEGER, run, at));
        add("BOOL", List.of(ANY), BOOLEAN, (a, run, at) -> cast(a[0], BOOLEAN, run, at));
        add("STRING", List.of(ANY), STRING, (a, run, at) -> a[0].toString());
        addVariadic("CONCAT", List.of(), (a, run, at) -> join("", a, 0, run, at));
        addVariadic("CONCAT_WS", List.of(STRING), (a, run, at) -> join((String) a[0], a, 1, run, at));
    }

    static Map<String, List<Definition>> all() {
        return new Builtins().byName;
    }

    private void add(String name, List<CesqlType> parameters, CesqlType result, Body body) {
        define(new Definition(name, parameters, null, result, body));
    }

    private void addVariadic(String name, List<CesqlType> fixed, Body body) {
        define(new Definition(name, fixed, STRING, STRING, body));
    }

    private void define(Definition definition) {
        byName.computeIfAbsent(definition.name(), name -> new ArrayList<>()).add(definition);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static Object cast(Object value, CesqlType type, Evaluation run, int position) {
        @Nullable Object cast = Casts.cast(value, type, run, position);
        return cast == null ? type.zero() : cast;
    }

    private static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && isWhitespace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Unicode's White_Space, all of which is in the first plane. Java's own notions of it are others. */
    static boolean isWhitespace(char c) {
        return c == ' '
                || (c >= 0x09 && c <= 0x0d)
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    private static Object left(Object[] arguments, Evaluation run, int position) {
        String text = (String) arguments[0];
        int count = (Integer) arguments[1];
        if (count < 0) {
            run.functionFailed(position, "LEFT cannot take " + count + " characters");
            return text;
        }
        return count >= length(text) ? text : text.substring(0, text.offsetByCodePoints(0, count));
    }

    private static Object right(Object[] arguments, Evaluation run, int position) {
        String text = (String) arguments[0];
        int count = (Integer) arguments[1];
        if (count < 0) {
            run.functionFailed(position, "RIGHT cannot take " + count + " characters");
            return text;
        }
        return count >= length(text) ? text : text.substring(text.offsetByCodePoints(text.length(), -count));
    }

    private static Object substring(Object[] arguments, Evaluation run, int position) {
        String text = (String) arguments[0];
        int first = (Integer) arguments[1];
        int count = arguments.length == 3 ? (Integer) arguments[2] : Integer.MAX_VALUE;
        int length = length(text);
        if (first > length || first < -length) {
            run.functionFailed(position, "SUBSTRING cannot begin at " + first + " of " + length + " characters");
            return "";
        }
        if (count < 0) {
            run.functionFailed(position, "SUBSTRING cannot take " + count + " characters");
            return "";
        }
        if (first == 0) {
            return "";
        }
        int skipped = first > 0 ? first - 1 : length + first;
        int from = text.offsetByCodePoints(0, skipped);
        return text.substring(from, text.offsetByCodePoints(from, Math.min(count, length - skipped)));
    }

    private static Object abs(Object[] arguments, Evaluation run, int position) {
        int value = (Integer) arguments[0];
        if (value == Integer.MIN_VALUE) {
            run.fail(new CesqlError(MATH, position, "the absolute value of " + value + " is no Integer"));
            return Integer.MAX_VALUE;
        }
        return Math.abs(value);
    }

    private static Object join(String delimiter, Object[] arguments, int from, Evaluation run, int position) {
        long size = 0;
        for (int i = from; i < arguments.length; i++) {
            size += ((String) arguments[i]).length() + delimiter.length();
        }
        if (!run.chars(size, position)) {
            return "";
        }
        StringBuilder out = new StringBuilder((int) size);
        for (int i = from; i < arguments.length; i++) {
            out.append(i == from ? "" : delimiter).append((String) arguments[i]);
        }
        return out.toString();
    }
}
