package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "jobs",
        description = {
            "Show the jobs on dead letters, and replays, that run on the engine that is asked, and the last that ended.",
            "They are forgotten when its process ends; what they did is not."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice dlq jobs -o wide"})
final class DlqJobsCommand implements Callable<Integer> {
    static final List<Column> COLUMNS = List.of(
            Column.text("ID", "id"),
            Column.text("ACTION", "action"),
            Column.text("TOPIC", "topic"),
            Column.state(),
            Column.number("LETTERS", "letters"),
            Column.number("SCANNED", "scanned"),
            Column.number("DONE", "done"),
            Column.number("REFUSED", "refused"),
            Column.number("PER S", "perSecond"),
            Column.number(
                    "LEFT S",
                    item -> item.path("secondsLeft").asLong(-1) < 0 ? "?" : Column.string(item, "secondsLeft")),
            Column.text("DRY", "dryRun").onlyWide(),
            Column.text("STARTED", "started").onlyWide(),
            Column.text("ENDED", "ended").onlyWide(),
            Column.remark("ERROR", item -> Column.string(item, "error")));

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    DlqJobsCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var items = new ArrayList<JsonNode>();
        new EngineClient(connection).admin(Letters.JOBS).path("items").forEach(items::add);
        new ResourceOutput(terminal, "jobs", "job", item -> Column.string(item, "id"), COLUMNS, format).list(items);
        return ExitCode.OK;
    }
}
