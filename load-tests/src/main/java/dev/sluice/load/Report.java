package dev.sluice.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rows as a table for people and as JSON for programs. */
final class Report {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Report() {}

    /** One line per row under a head, columns aligned, each line ended. */
    static String table(List<Row> rows) {
        var cells = new ArrayList<List<String>>();
        cells.add(List.of("id", "what", "engine", "peer", "unit", "ratio", "noise", "aim", "met"));
        for (var row : rows) {
            cells.add(List.of(
                    row.id(),
                    row.what(),
                    amount(row.engine()),
                    amount(row.peer()),
                    row.unit(),
                    amount(row.ratio()),
                    percent(row.noise()),
                    row.aim().toString(),
                    row.aim().isNone() ? "-" : row.met() ? "yes" : "no"));
        }
        var table = new StringBuilder();
        for (var line : cells) {
            for (var column = 0; column < line.size(); column++) {
                var at = column;
                var width =
                        cells.stream().mapToInt(l -> l.get(at).length()).max().orElse(0);
                var number = column == 2 || column == 3 || column == 5 || column == 6;
                table.append(String.format(Locale.ROOT, number ? "%" + width + "s" : "%-" + width + "s", line.get(at)));
                table.append(column == line.size() - 1 ? "" : "  ");
            }
            table.setLength(table.toString().stripTrailing().length());
            table.append('\n');
        }
        return table.toString();
    }

    /** An array with an object per row. */
    static String json(List<Row> rows) {
        var array = JSON.createArrayNode();
        for (var row : rows) {
            var object = array.addObject()
                    .put("id", row.id())
                    .put("what", row.what())
                    .put("engine", row.engine())
                    .put("peer", known(row.peer()))
                    .put("unit", row.unit())
                    .put("ratio", known(row.ratio()))
                    .put("aim", row.aim().isNone() ? null : row.aim().toString())
                    .put("met", row.aim().isNone() ? null : (Boolean) row.met())
                    .put("noise", known(row.noise()));
            var rounds = object.putArray("rounds");
            row.rounds()
                    .forEach(r -> rounds.addObject().put("engine", r.engine()).put("peer", known(r.peer())));
        }
        try {
            return JSON.writeValueAsString(array) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("rows cannot be written as JSON", e);
        }
    }

    /** JSON knows no NaN. */
    private static @Nullable Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.0f %%", share * 100) : "-";
    }

    private static String amount(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
