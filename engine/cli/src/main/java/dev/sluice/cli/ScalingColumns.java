package dev.sluice.cli;

import static dev.sluice.cli.Column.number;
import static dev.sluice.cli.Column.string;
import static dev.sluice.cli.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;

/** The columns that tell how functions scale, and why. */
final class ScalingColumns {
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    /** Of how a function scales, with its {@code state}. */
    static final List<Column> STATUS = List.of(
            text("FUNCTION", "function"),
            Column.state(),
            number("INSTANCES", item -> string(item, "ready") + "/" + string(item, "wanted")),
            number("MIN-MAX", item -> string(item, "min") + "-" + string(item, "max")),
            number("BUSY", item -> string(item, "leased") + "/" + string(item, "slots")),
            number("RATE/s", item -> figure(item, "arrivalsPerSecond", 1)),
            number("LAG", item -> figure(item, "lagEvents", 0)),
            number("BLOCKED", item -> figure(item, "blocked", 0)),
            number("WAIT", item -> seconds(item, "lagSeconds")),
            number("CALLS", "callsWaiting").onlyWide(),
            number("NEED", item -> figure(item, "needSlots", 1)).onlyWide(),
            number("PER EVENT", item -> seconds(item, "serviceSeconds")).onlyWide(),
            text("POLICY", "policy").onlyWide(),
            text("NODE", "node").onlyWide(),
            text("REASON", "reason"),
            Column.remark("LAST DECISION", item -> clause(string(item, "words"))));

    /** Of decisions. */
    static final List<Column> DECISIONS = List.of(
            new Column("AT", Column.Kind.TEXT, false, item -> time(string(item, "at"))),
            number("TIMES", "count"),
            number("INSTANCES", item -> string(item, "from") + " -> " + string(item, "to")),
            text("REASON", "reason"),
            number("LAG", item -> figure(item.path("inputs"), "lagEvents", 0)).onlyWide(),
            number("BLOCKED", item -> figure(item.path("inputs"), "blocked", 0)).onlyWide(),
            number("RATE/s", item -> figure(item.path("inputs"), "arrivalsPerSecond6s", 1))
                    .onlyWide(),
            number("BUSY", item -> string(item.path("inputs"), "leased")).onlyWide(),
            text("NODE", "node").onlyWide(),
            Column.remark("WHY", item -> clause(string(item, "words"))));

    private ScalingColumns() {}

    /** A number with so many digits; {@code ?} when it is not known. */
    static String figure(JsonNode item, String field, int digits) {
        var value = item.path(field);
        return value.isNumber() ? String.format(Locale.ROOT, "%." + digits + "f", value.asDouble()) : "?";
    }

    /** Seconds as people read them; {@code ?} when they are not known. */
    static String seconds(JsonNode item, String field) {
        var value = item.path(field);
        if (!value.isNumber()) {
            return "?";
        }
        var seconds = value.asDouble();
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.0fms", seconds * 1_000);
        }
        return seconds < 120
                ? String.format(Locale.ROOT, "%.1fs", seconds)
                : String.format(Locale.ROOT, "%.0fm", seconds / 60);
    }

    /** The reason in a sentence of a decision, whose numbers stand in a column of their own. */
    static String clause(String words) {
        var colon = words.indexOf(": ");
        return colon < 0 ? words : words.substring(colon + 2);
    }

    /** To the millisecond: decisions are made ten times a second. */
    private static String time(String instant) {
        try {
            return MILLIS.format(Instant.parse(instant));
        } catch (DateTimeParseException notOne) {
            return instant;
        }
    }
}
