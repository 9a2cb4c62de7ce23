package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.sql.CesqlError.Kind;
import dev.sluice.cloudevents.sql.CesqlFunctions.Definition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of an expression that computes its value from other parts, left to right. */
sealed interface Operation extends Node {
    /** {@code NOT x}. */
    record Not(int position, Node operand) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object value = operand.operand(CesqlType.BOOLEAN, run);
            return value != null && !(Boolean) value;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /** {@code -x}. */
    record Minus(int position, Node operand) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object value = operand.operand(CesqlType.INTEGER, run);
            return value == null ? 0 : fit(-(long) (Integer) value, run, position);
        }

        @Override
        public CesqlType type() {
            return CesqlType.INTEGER;
        }
    }

    /** {@code x AND y}, {@code x OR y}, {@code x XOR y}; the right side only where it counts. */
    record Logic(int position, Token.Kind operator, Node left, Node right) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object first = left.operand(CesqlType.BOOLEAN, run);
            if (first == null) {
                return false;
            }
            boolean one = (Boolean) first;
            if ((operator == Token.Kind.AND && !one) || (operator == Token.Kind.OR && one)) {
                return one;
            }
            Object second = right.operand(CesqlType.BOOLEAN, run);
            if (second == null) {
                return false;
            }
            return operator == Token.Kind.XOR ? one != (Boolean) second : second;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /** {@code x = y} and {@code x != y}: what y is decides what x is cast to. */
    record Equality(int position, boolean negated, Node left, Node right) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object first = left.operand(CesqlType.ANY, run);
            Object second = right.operand(CesqlType.ANY, run);
            if (first == null || second == null) {
                return false;
            }
            Object cast = Casts.cast(first, CesqlType.of(second), run, position);
            if (cast == null || (second instanceof String text && !run.chars(text.length(), position))) {
                return false;
            }
            return cast.equals(second) != negated;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /** {@code <}, {@code <=}, {@code >}, {@code >=}. */
    record Order(int position, Token.Kind operator, Node left, Node right) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object first = left.operand(CesqlType.INTEGER, run);
            Object second = right.operand(CesqlType.INTEGER, run);
            if (first == null || second == null) {
                return false;
            }
            int order = ((Integer) first).compareTo((Integer) second);
            return switch (operator) {
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                default -> order >= 0;
            };
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /**
     * {@code + - * / %}. The specification is silent on overflow: it is an error, and the value the nearest there is.
     */
    record Arithmetic(int position, Token.Kind operator, Node left, Node right) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object first = left.operand(CesqlType.INTEGER, run);
            Object second = right.operand(CesqlType.INTEGER, run);
            if (first == null || second == null) {
                return 0;
            }
            long x = (Integer) first;
            long y = (Integer) second;
            boolean divides = operator == Token.Kind.DIVIDE || operator == Token.Kind.MODULO;
            if (divides && y == 0) {
                run.fail(new CesqlError(Kind.MATH, position, "division by zero"));
                return 0;
            }
            long value =
                    switch (operator) {
                        case PLUS -> x + y;
                        case MINUS -> x - y;
                        case TIMES -> x * y;
                        case DIVIDE -> x / y;
                        default -> x % y;
                    };
            return fit(value, run, position);
        }

        @Override
        public CesqlType type() {
            return CesqlType.INTEGER;
        }
    }

    /** {@code x LIKE 'pattern'}. */
    record Like(int position, boolean negated, Node operand, LikePattern pattern) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object value = operand.operand(CesqlType.STRING, run);
            if (value == null || !run.chars(pattern.cost((String) value), position)) {
                return false;
            }
            return pattern.matches((String) value) != negated;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /** {@code x IN (y, ...)}: the elements are cast to what x is, up to the first that equals it. */
    record In(int position, boolean negated, Node operand, List<Node> elements) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            Object value = operand.operand(CesqlType.ANY, run);
            if (value == null) {
                return false;
            }
            CesqlType type = CesqlType.of(value);
            for (Node element : elements) {
                Object candidate = element.operand(type, run);
                if (candidate == null || (value instanceof String text && !run.chars(text.length(), position))) {
                    return false;
                }
                if (candidate.equals(value)) {
                    return !negated;
                }
            }
            return negated;
        }

        @Override
        public CesqlType type() {
            return CesqlType.BOOLEAN;
        }
    }

    /**
     * A call of a function.
     *
     * @param unknown why there is no such function; null when there is
     */
    record Invocation(
            int position,
            @Nullable Definition function,
            @Nullable CesqlError unknown,
            List<Node> arguments) implements Operation {
        @Override
        public Object evaluate(Evaluation run) {
            if (function == null) {
                if (unknown != null) {
                    run.fail(unknown);
                }
                return false;
            }
            Object[] values = new Object[arguments.size()];
            boolean complete = true;
            for (int i = 0; i < values.length; i++) {
                Object value = arguments.get(i).operand(function.parameter(i), run);
                if (value instanceof String text && !run.chars(text.length(), position)) {
                    return type().zero();
                }
                complete &= value != null;
                values[i] = value == null ? MISSING : value;
            }
            return complete ? function.body().apply(values, run, position) : type().zero();
        }

        @Override
        public CesqlType type() {
            return function == null ? CesqlType.BOOLEAN : function.result();
        }
    }

    private static Integer fit(long value, Evaluation run, int position) {
        int fitting = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
        if (fitting != value) {
            run.fail(new CesqlError(Kind.MATH, position, value + " is no Integer of 32 bits"));
        }
        return fitting;
    }
}
