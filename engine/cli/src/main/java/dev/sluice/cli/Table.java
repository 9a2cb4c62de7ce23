package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Help.Ansi;

/**
 * Rows under headings, columns aligned and two spaces apart. The last column gives way when the terminal is too
 * narrow; no cell holds a line break.
 */
final class Table {
    private static final int LAST_COLUMN_MIN = 8;

    private final List<Heading> headings;
    private final List<List<String>> rows = new ArrayList<>();
    private final int[] widths;

    /**
     * @param title in capitals
     * @param right whether its cells are numbers, aligned to the right
     * @param paint gives a cell's colour markup, called only where colour is on
     */
    record Heading(String title, boolean right, UnaryOperator<String> paint) {}

    Table(List<Heading> headings) {
        this.headings = List.copyOf(headings);
        this.widths = new int[headings.size()];
        for (var i = 0; i < widths.length; i++) {
            widths[i] = headings.get(i).title().length();
        }
    }

    /** Adds a row; one cell per heading. */
    void add(List<String> cells) {
        var row = cells.stream().map(Text::oneLine).toList();
        for (var i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], Text.width(row.get(i)));
        }
        rows.add(row);
    }

    /** The headings' line. */
    String head(int columns) {
        return line(headings.stream().map(Heading::title).toList(), columns, Ansi.OFF);
    }

    /** One line per row, in the order they were added. */
    List<String> lines(int columns, Ansi ansi) {
        return rows.stream().map(row -> line(row, columns, ansi)).toList();
    }

    private String line(List<String> cells, int columns, Ansi ansi) {
        var line = new StringBuilder();
        var used = 0;
        for (var i = 0; i < cells.size(); i++) {
            var last = i == cells.size() - 1;
            var cell = last && columns < Integer.MAX_VALUE
                    ? Text.fit(cells.get(i), Math.max(LAST_COLUMN_MIN, columns - used))
                    : cells.get(i);
            var pad = " ".repeat(Math.max(0, widths[i] - Text.width(cell)));
            var painted = ansi.enabled() ? headings.get(i).paint().apply(cell) : cell;
            if (headings.get(i).right()) {
                line.append(pad).append(painted);
            } else {
                line.append(painted).append(last ? "" : pad);
            }
            line.append(last ? "" : "  ");
            used += widths[i] + 2;
        }
        return line.toString().stripTrailing();
    }
}
