package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Prints items of a resource in one of the formats. */
final class ResourceOutput {
    private final Terminal terminal;
    private final String plural;
    private final String singular;
    private final Function<JsonNode, String> nameOf;
    private final List<Column> all;
    private final Format format;

    /** What {@code -o} takes. */
    enum Format {
        table,
        wide,
        json,
        yaml,
        name
    }

    ResourceOutput(Terminal terminal, Resource resource, Format format) {
        this(terminal, resource.plural(), resource.singular(), resource::nameOf, ResourceColumns.of(resource), format);
    }

    /**
     * Prints items that are no resource of their own.
     *
     * @param plural what they are called
     * @param singular what one of them is called
     * @param nameOf the name of one
     * @param columns of their table
     */
    ResourceOutput(
            Terminal terminal,
            String plural,
            String singular,
            Function<JsonNode, String> nameOf,
            List<Column> columns,
            Format format) {
        this.terminal = terminal;
        this.plural = plural;
        this.singular = singular;
        this.nameOf = nameOf;
        this.all = columns;
        this.format = format;
    }

    /** Prints a list, with headings where the format has them. */
    void list(List<JsonNode> items) {
        var out = terminal.out();
        switch (format) {
            case table, wide -> {
                if (items.isEmpty()) {
                    terminal.err().println("no " + plural);
                    return;
                }
                table(items, true);
            }
            case json -> out.println(Json.pretty(wrapped(items)));
            case yaml -> out.print(yaml(wrapped(items)));
            case name -> items.forEach(this::name);
        }
    }

    /** Prints one item that was asked for by name. */
    void one(JsonNode item) {
        var out = terminal.out();
        switch (format) {
            case json -> out.println(Json.pretty(item));
            case yaml -> out.print(yaml(item));
            case table, wide, name -> list(List.of(item));
        }
    }

    /** Prints items that changed while watching: rows without headings, or a document for each item. */
    void changed(List<JsonNode> items) {
        var out = terminal.out();
        switch (format) {
            case table, wide -> table(items, false);
            case json -> items.forEach(item -> out.println(Json.compact(item)));
            case yaml -> items.forEach(item -> out.print("---\n" + yaml(item)));
            case name -> items.forEach(this::name);
        }
        out.flush();
    }

    private void name(JsonNode item) {
        terminal.out().println(singular + "/" + Text.oneLine(nameOf.apply(item)));
    }

    private void table(List<JsonNode> items, boolean head) {
        lines(items, head).forEach(terminal.out()::println);
    }

    /** The table's lines, as wide as the terminal. */
    List<String> lines(List<JsonNode> items, boolean head) {
        var columns = all.stream()
                .filter(column -> format == Format.wide || !column.wide())
                .filter(column -> column.kind() != Column.Kind.REMARK || saysSomething(column, items))
                .toList();
        var table = new Table(columns.stream().map(Column::heading).toList());
        for (var item : items) {
            table.add(columns.stream().map(column -> cell(column, item)).toList());
        }
        var width = format == Format.wide ? Integer.MAX_VALUE : terminal.columns();
        var lines = new ArrayList<String>();
        if (head) {
            lines.add(table.head(width));
        }
        lines.addAll(table.lines(width, terminal.ansi()));
        return lines;
    }

    private static boolean saysSomething(Column column, List<JsonNode> items) {
        return items.stream().anyMatch(item -> !column.cell().apply(item).isEmpty());
    }

    private static String cell(Column column, JsonNode item) {
        var text = column.cell().apply(item);
        return text.isEmpty() && column.kind() != Column.Kind.REMARK ? "-" : text;
    }

    private static JsonNode wrapped(List<JsonNode> items) {
        var list = JsonNodeFactory.instance.objectNode();
        list.putArray("items").addAll(items);
        return list;
    }

    private String yaml(JsonNode value) {
        var text = Json.yaml(value);
        return terminal.interactive() ? Text.printable(text) : text;
    }
}
