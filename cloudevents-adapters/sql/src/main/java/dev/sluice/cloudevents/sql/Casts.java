package dev.sluice.cloudevents.sql;

import org.jspecify.annotations.Nullable;

/** The casts between the types, as operators and functions do them unasked. */
final class Casts {
    private Casts() {}

    /** The value as the type; null when it is none, and the error noted. */
    static @Nullable Object cast(Object value, CesqlType type, Evaluation run, int position) {
        if (type.admits(value)) {
            return value;
        }
        if (value instanceof String text && !run.chars(text.length(), position)) {
            return null;
        }
        Object cast =
                switch (type) {
                    case STRING -> value.toString();
                    case INTEGER -> value instanceof Boolean truth ? (Object) (truth ? 1 : 0) : integer((String) value);
                    case BOOLEAN -> value instanceof Integer number ? (Object) (number != 0) : truth((String) value);
                    case ANY -> value;
                };
        if (cast == null) {
            run.castFailed(position, value, type);
        }
        return cast;
    }

    /** An optional sign and ASCII digits, within 32 bits. */
    private static @Nullable Integer integer(String text) {
        int length = text.length();
        boolean signed = length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+');
        if (length == (signed ? 1 : 0)) {
            return null;
        }
        boolean negative = text.charAt(0) == '-';
        long value = 0;
        for (int i = signed ? 1 : 0; i < length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            value = value * 10 + digit;
            if (value > (negative ? 1L << 31 : Integer.MAX_VALUE)) {
                return null;
            }
        }
        return (int) (negative ? -value : value);
    }

    private static @Nullable Boolean truth(String text) {
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        return text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
    }
}
