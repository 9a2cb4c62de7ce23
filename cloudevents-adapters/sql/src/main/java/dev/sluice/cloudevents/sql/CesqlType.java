package dev.sluice.cloudevents.sql;

/** What a value of CESQL is, and what a function takes and gives. */
public enum CesqlType {
    /** A {@link String}; its zero value is empty. */
    STRING("String"),
    /** An {@link java.lang.Integer} of 32 bits; its zero value is 0. */
    INTEGER("Integer"),
    /** A {@link java.lang.Boolean}; its zero value is false. */
    BOOLEAN("Boolean"),
    /** One of the three, known when the event is; its zero value is false. */
    ANY("value");

    private final String word;

    CesqlType(String word) {
        this.word = word;
    }

    /** What an operation of this type gives when it cannot give anything better. */
    Object zero() {
        return switch (this) {
            case STRING -> "";
            case INTEGER -> 0;
            case BOOLEAN, ANY -> false;
        };
    }

    String word() {
        return word;
    }

    boolean admits(Object value) {
        return switch (this) {
            case STRING -> value instanceof String;
            case INTEGER -> value instanceof Integer;
            case BOOLEAN -> value instanceof Boolean;
            case ANY -> value instanceof String || value instanceof Integer || value instanceof Boolean;
        };
    }

    static CesqlType of(Object value) {
        return value instanceof String ? STRING : value instanceof Integer ? INTEGER : BOOLEAN;
    }
}
