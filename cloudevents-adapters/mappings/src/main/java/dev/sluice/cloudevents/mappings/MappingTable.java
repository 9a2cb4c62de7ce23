package dev.sluice.cloudevents.mappings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What makes events of one service's payloads, read from a text. Lines that begin with {@code #} are comments. Settings
 * come first, each as {@code name: value}:
 *
 * <pre>
 * records      the array whose items are an event each; without it the payload is one event
 * nothing      a field or header, an equals sign, a text: payloads in which it holds make no event
 * event        what kind of payload it is, which finds the row
 * variant      a row named event/variant goes before one named event
 * id           the id of every event
 * source-else  the source when a field of the row's own is missing
 * </pre>
 * Then rows of five columns, two or more blanks between them: the kind, or {@code *} for all that have no row; source;
 * type; subject; time. A dash leaves an attribute out. All but the kind are {@linkplain Template templates}. Immutable.
 */
final class MappingTable {
    private static final int COLUMNS = 5;
    private static final String REST = "*";
    private static final String OMIT = "-";

    private final FieldTree document = new FieldTree();
    private final FieldTree record;
    private final @Nullable String records;
    private final int recordsNumber;
    private final @Nullable Reference nothing;
    private final String nothingText;
    private final @Nullable Template event;
    private final @Nullable Template variant;
    private final Template id;
    private final @Nullable Template sourceElse;
    private final Map<String, Row> rows;

    /**
     * How the attributes of one kind are made.
     *
     * @param subject null: there is none
     * @param time null: the time at which it was received
     */
    record Row(
            Template source,
            Template type,
            @Nullable Template subject,
            @Nullable Template time) {}

    private MappingTable(Map<String, String> settings, Map<String, String[]> lines) {
        records = settings.get("records");
        recordsNumber = records == null ? -1 : document.add(records);
        record = records == null ? document : new FieldTree();
        var silent = settings.getOrDefault("nothing", "").split(" = ", 2);
        nothing = silent.length < 2 ? null : Reference.parse(silent[0], document);
        nothingText = silent.length < 2 ? "" : silent[1];
        event = template(settings.get("event"));
        variant = template(settings.get("variant"));
        id = Objects.requireNonNull(template(settings.get("id")), "id");
        sourceElse = template(settings.get("source-else"));
        var parsed = new HashMap<String, Row>();
        lines.forEach((kind, columns) -> parsed.put(kind, row(columns)));
        rows = Map.copyOf(parsed);
    }

    /** The table of this name among the resources of the module. */
    static MappingTable load(String name) {
        try (var in = MappingTable.class.getResourceAsStream(name + ".table")) {
            return parse(new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MappingTable parse(String text) {
        var settings = new HashMap<String, String>();
        var rows = new HashMap<String, String[]>();
        for (var line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var columns = line.split(" {2,}", -1);
            var colon = line.indexOf(": ");
            if (columns.length == COLUMNS) {
                require(rows.put(columns[0], columns) == null, line);
            } else {
                require(colon > 0 && settings.put(line.substring(0, colon), line.substring(colon + 2)) == null, line);
            }
        }
        return new MappingTable(settings, rows);
    }

    private static void require(boolean holds, String line) {
        if (!holds) {
            throw new IllegalArgumentException("'" + line + "' is neither a setting nor a row, or is there twice");
        }
    }

    private @Nullable Template template(@Nullable String text) {
        return text == null || text.equals(OMIT) ? null : Template.parse(text, record);
    }

    private Row row(String[] columns) {
        return new Row(
                Template.parse(columns[1], record),
                Template.parse(columns[2], record),
                template(columns[3]),
                template(columns[4]));
    }

    /** Fields of the whole payload. */
    FieldTree document() {
        return document;
    }

    /** Fields of a record; those of the payload when it is one event. */
    FieldTree record() {
        return record;
    }

    /** Where the records are; null when the payload is one event. */
    @Nullable
    String records() {
        return records;
    }

    /** The number of the records' array in {@link #document}; -1 when the payload is one event. */
    int recordsNumber() {
        return recordsNumber;
    }

    /** Whether the payload is well, and makes no event. */
    boolean makesNothing(Fields payload) {
        return nothing != null && nothingText.equals(nothing.in(payload));
    }

    Row row(Fields fields) {
        var kind = event == null ? REST : required(event, fields, "type");
        var more = variant == null ? null : variant.fill(fields);
        var row = more == null ? null : rows.get(kind + "/" + more);
        if (row == null) {
            row = rows.getOrDefault(kind, rows.get(REST));
        }
        if (row == null) {
            throw RefusedPayloadException.malformed("payloads of this kind are not known");
        }
        return row;
    }

    String id(Fields fields) {
        return required(id, fields, "id");
    }

    String source(Row row, Fields fields) {
        var source = row.source().fill(fields);
        if (source == null && sourceElse != null) {
            source = sourceElse.fill(fields);
        }
        return source == null ? required(row.source(), fields, "source") : source;
    }

    String type(Row row, Fields fields) {
        return required(row.type(), fields, "type");
    }

    private static String required(Template template, Fields fields, String attribute) {
        var text = template.fill(fields);
        if (text == null) {
            throw RefusedPayloadException.missing(String.valueOf(template.missing(fields)), attribute);
        }
        return text;
    }
}
