package dev.sluice.cli;

import static dev.sluice.cli.Column.number;
import static dev.sluice.cli.Column.remark;
import static dev.sluice.cli.Column.state;
import static dev.sluice.cli.Column.string;
import static dev.sluice.cli.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The columns of each resource's table, by what the admin API tells of it. */
final class ResourceColumns {
    private static final List<Column> FUNCTIONS = List.of(
            text("NAME", "name"),
            state(),
            number("INSTANCES", item -> string(item, "instances") + "/" + string(item, "instancesWanted")),
            number("BUSY", ResourceColumns::busy),
            number("RUNNABLE", "runnable"),
            number("RUNS", "runs"),
            number("FAILURES", "failures"),
            number("CALLS", "callsWaiting").onlyWide(),
            number("ZOMBIES", "zombies").onlyWide(),
            text("SHAPE", "shape").onlyWide(),
            text("HANDLER", "handler").onlyWide(),
            remark("DETAIL", item -> string(item, "detail")));

    private static final List<Column> TRIGGERS = List.of(
            text("NAME", "name"),
            text("FUNCTION", "function"),
            text("TOPIC", "topic"),
            state(),
            number("LAG", item -> lag(item.path("lag"))),
            number("RECEIVED", "received"),
            number("FILTERED", "filtered"),
            number("DONE", "done"),
            number("RETRIED", "retried"),
            number("DEAD", "deadLettered"),
            number("FAILED", "failed").onlyWide(),
            number("RUNNING", "running").onlyWide(),
            number("RUNNABLE", "runnable").onlyWide(),
            number("BLOCKED", "blocked").onlyWide(),
            number("PARKED", "parked").onlyWide(),
            number("DROPPED", "dropped").onlyWide(),
            number("RELEASED", "released").onlyWide(),
            number("ANSWERS", "answers").onlyWide(),
            number("OBJECTS", item -> string(item.path("objects"), "scanned")).onlyWide(),
            number("SETTLING", item -> string(item.path("objects"), "waiting")).onlyWide(),
            text("FILTER", "filter").onlyWide(),
            remark("DETAIL", ResourceColumns::triggerDetail));

    /** What holds the trigger back, or else its source, or else what the source said last. */
    private static String triggerDetail(JsonNode item) {
        var detail = string(item, "detail");
        var objects = item.path("objects");
        if (!detail.isEmpty() || objects.isMissingNode()) {
            return detail;
        }
        var trouble = string(objects, "detail");
        return trouble.isEmpty() ? string(objects, "lastError") : trouble;
    }

    private static final List<Column> BROKERS = List.of(
            text("NAME", "name"), text("KIND", "kind"), state(), remark("DETAIL", item -> string(item, "detail")));

    private static final List<Column> TOPICS = List.of(
            text("NAME", "topic"),
            text("BROKER", "broker"),
            number("PARTITIONS", item -> String.valueOf(item.path("partitions").size())),
            number("EVENTS", ResourceColumns::events),
            number("BYTES", ResourceColumns::bytes),
            remark("OFFSETS", ResourceColumns::offsets).onlyWide(),
            remark("LAG OF GROUPS", ResourceColumns::groups));

    private static final List<Column> SCHEDULES = List.of(
            text("NAME", "name"),
            text("SCHEDULE", "definition"),
            text("TOPIC", "topic"),
            new Column("STATE", Column.Kind.STATE, false, ResourceColumns::scheduleState),
            new Column("NEXT", Column.Kind.TEXT, false, item -> item.path("next")
                    .path(0)
                    .asText("")),
            text("LAST", "last"),
            text("MISSED", "missed").onlyWide(),
            new Column(
                    "HERE", Column.Kind.TEXT, true, item -> item.path("owned").asBoolean() ? "yes" : "no"),
            remark("THEN", ResourceColumns::then).onlyWide(),
            remark("DETAIL", ResourceColumns::scheduleDetail));

    private ResourceColumns() {}

    static List<Column> of(Resource resource) {
        return switch (resource) {
            case FUNCTIONS -> FUNCTIONS;
            case TRIGGERS -> TRIGGERS;
            case BROKERS -> BROKERS;
            case TOPICS -> TOPICS;
            case SCHEDULES -> SCHEDULES;
        };
    }

    private static String scheduleState(JsonNode item) {
        if (!item.path("paused").isBoolean()) {
            return "UNKNOWN";
        }
        return item.path("paused").asBoolean() ? "PAUSED" : "ACTIVE";
    }

    private static String scheduleDetail(JsonNode item) {
        var trouble = string(item, "trouble");
        return trouble.isEmpty() ? string(item, "unknown") : trouble;
    }

    /** The times after the next one. */
    private static String then(JsonNode item) {
        var times = new ArrayList<String>();
        item.path("next").forEach(time -> times.add(time.asText()));
        return String.join(" ", times.subList(Math.min(1, times.size()), times.size()));
    }

    private static String busy(JsonNode item) {
        return item.path("leased").asLong()
                + "/"
                + item.path("instances").asLong() * item.path("concurrency").asLong();
    }

    /** Events behind the end, {@code ?} when any partition's is unknown, nothing without a lag. */
    private static String lag(JsonNode lag) {
        if (!lag.isObject()) {
            return "";
        }
        var events = lagEvents(lag);
        return events.isPresent() ? String.valueOf(events.getAsLong()) : "?";
    }

    private static OptionalLong lagEvents(JsonNode lag) {
        var sum = 0L;
        for (var partition : lag.path("partitions")) {
            var position = partition.path("position").asLong(-1);
            var end = partition.path("end").asLong(-1);
            if (position < 0 || end < 0) {
                return OptionalLong.empty();
            }
            sum += Math.max(0, end - position);
        }
        return OptionalLong.of(sum);
    }

    private static String events(JsonNode topic) {
        var sum = 0L;
        for (var partition : topic.path("partitions")) {
            sum += partition.path("end").asLong() - partition.path("start").asLong();
        }
        return String.valueOf(sum);
    }

    private static String bytes(JsonNode topic) {
        var sum = 0L;
        for (var partition : topic.path("partitions")) {
            var bytes = partition.path("bytes").asLong(-1);
            if (bytes < 0) {
                return "";
            }
            sum += bytes;
        }
        return String.valueOf(sum);
    }

    private static String offsets(JsonNode topic) {
        var parts = new ArrayList<String>();
        for (var partition : topic.path("partitions")) {
            parts.add(
                    string(partition, "partition") + ":" + string(partition, "start") + "-" + string(partition, "end"));
        }
        return String.join(" ", parts);
    }

    private static String groups(JsonNode topic) {
        var parts = new ArrayList<String>();
        for (var group : topic.path("groups")) {
            parts.add(string(group, "group") + ":" + lag(group));
        }
        return String.join(" ", parts);
    }
}
