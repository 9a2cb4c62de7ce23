package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "reset",
        description = {
            "Move the position of a trigger on its topic.",
            "Triggers of one group share the position; what is in flight is not recorded at the old one any more.",
            "Prints where each partition's position was and is. Without --partition, all of the topic's are moved."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice reset price-orders --to earliest",
            "         sluice reset price-orders --to 2026-01-31T06:00:00Z --partition 3",
            "Exit codes: 0 moved, 3 no such trigger, 4 no such place, or nothing that could be moved."
        })
final class ResetCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TRIGGER", description = "Whose position is moved.")
    private String trigger = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "PLACE",
            description = "earliest, latest or a time such as 2026-01-31T06:00:00Z.")
    private String to = "";

    @Option(names = "--partition", paramLabel = "N", description = "Only this partition. May be repeated.")
    private List<Integer> partitions = new ArrayList<>();

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    ResetCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var request = new LinkedHashMap<String, Object>();
        request.put("to", to);
        request.put("partitions", partitions);
        var path = "/v1/triggers/" + EngineClient.segment(trigger) + "/reset";
        print(new EngineClient(connection).adminPost(path, Json.write(request)));
        return ExitCode.OK;
    }

    private void print(JsonNode moved) {
        var table = new Table(List.of(
                Column.number("PARTITION", "partition").heading(),
                Column.number("FROM", "from").heading(),
                Column.number("TO", "to").heading()));
        for (var partition : moved.path("partitions")) {
            table.add(
                    List.of(Column.string(partition, "partition"), offset(partition, "from"), offset(partition, "to")));
        }
        var columns = terminal.columns();
        terminal.out().println(table.head(columns));
        table.lines(columns, terminal.ansi()).forEach(terminal.out()::println);
        terminal.out().flush();
        terminal.err()
                .println("moved group '" + text(moved, "group") + "' of topic '" + text(moved, "topic") + "' to "
                        + text(moved, "to") + sharing(moved));
    }

    private static String offset(JsonNode partition, String field) {
        return partition.path(field).asLong(-1) < 0 ? "?" : Column.string(partition, field);
    }

    private static String text(JsonNode moved, String field) {
        return Text.oneLine(Column.string(moved, field));
    }

    private String sharing(JsonNode moved) {
        var others = new ArrayList<String>();
        for (var name : moved.path("triggers")) {
            if (!name.asText().equals(trigger)) {
                others.add(Text.oneLine(name.asText()));
            }
        }
        return others.isEmpty()
                ? ""
                : ", which " + String.join(", ", others) + " share" + (others.size() == 1 ? "s" : "");
    }
}
