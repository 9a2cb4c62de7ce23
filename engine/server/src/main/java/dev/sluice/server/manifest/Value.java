package dev.sluice.server.manifest;

import java.util.List;

/** A piece of a YAML document with the place where it stands; nothing but text, lists and maps. */
sealed interface Value {
    Place place();

    /**
     * A single value.
     *
     * @param text as written, quotes and escapes resolved
     * @param kind what YAML takes it for; readers decide by what they expect
     */
    record Scalar(Place place, String text, Kind kind) implements Value {
        boolean absent() {
            return kind == Kind.NULL;
        }
    }

    /** What a scalar looks like to YAML. */
    enum Kind {
        NULL,
        BOOLEAN,
        NUMBER,
        TEXT
    }

    /** A list. */
    record Items(Place place, List<Value> values) implements Value {}

    /** A map, in the order as written, without duplicate keys. */
    record Fields(Place place, List<Field> fields) implements Value {}

    /**
     * An entry of a map.
     *
     * @param place of its key
     */
    record Field(Place place, String key, Value value) {}

    /** In words, for messages. */
    default String describe() {
        if (this instanceof Items) {
            return "a list";
        }
        return this instanceof Fields ? "a map" : "a single value";
    }

    /** What a message shows of it. */
    default String shown() {
        return this instanceof Scalar scalar ? scalar.text() : "";
    }
}
