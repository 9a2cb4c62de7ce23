package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * One column of a resource's table.
 *
 * @param title in capitals
 * @param kind how its cells look
 * @param wide whether only {@code -o wide} shows it
 * @param cell its cell, read from an item of the admin API; empty when there is nothing to say
 */
record Column(String title, Kind kind, boolean wide, Function<JsonNode, String> cell) {
    /** How cells look. */
    enum Kind {
        TEXT,
        NUMBER,
        STATE,
        /** A sentence; the column is left out when no row has one. */
        REMARK
    }

    static Column text(String title, String field) {
        return new Column(title, Kind.TEXT, false, item -> string(item, field));
    }

    static Column number(String title, String field) {
        return new Column(title, Kind.NUMBER, false, item -> string(item, field));
    }

    static Column number(String title, Function<JsonNode, String> cell) {
        return new Column(title, Kind.NUMBER, false, cell);
    }

    static Column state() {
        return new Column("STATE", Kind.STATE, false, item -> string(item, "state"));
    }

    static Column remark(String title, Function<JsonNode, String> cell) {
        return new Column(title, Kind.REMARK, false, cell);
    }

    Column onlyWide() {
        return new Column(title, kind, true, cell);
    }

    static String string(JsonNode item, String field) {
        var value = item.path(field);
        return value.isMissingNode() || value.isNull() ? "" : value.asText(value.toString());
    }

    Table.Heading heading() {
        return new Table.Heading(title, kind == Kind.NUMBER, kind == Kind.STATE ? Column::paint : text -> text);
    }

    private static String paint(String state) {
        var code =
                switch (state) {
                    case "READY", "RUNNING", "UP" -> "32";
                    case "FAILED", "STOPPED", "DOWN" -> "31";
                    default -> "33";
                };
        return "\u001b[" + code + "m" + state + "\u001b[0m";
    }
}
