package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "backfill",
        description = {
            "Store the events of a schedule's times in a span, at most 1000.",
            "They have the ids that they have when they are fired, so who has seen one can tell."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice backfill nightly-report --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --dry-run",
            "Exit codes: 0 stored, 3 no such schedule, 4 no such span, or too many times in it."
        })
final class BackfillCommand extends ScheduleTold {
    @Option(names = "--from", required = true, paramLabel = "TIME", description = "From this time on.")
    private String from = "";

    @Option(names = "--to", required = true, paramLabel = "TIME", description = "Before this time.")
    private String to = "";

    @Option(names = "--dry-run", description = "Only show which times these are.")
    private boolean dryRun;

    BackfillCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        tell("backfill", Json.write(Map.of("from", from, "to", to, "dryRun", dryRun)), this::message);
        return ExitCode.OK;
    }

    private String message(JsonNode answer) {
        var times = answer.path("times");
        if (!dryRun) {
            return name() + ": stored " + Column.string(answer, "events") + " events";
        }
        times.forEach(time -> terminal.out().println(Text.oneLine(time.asText())));
        terminal.out().flush();
        return name() + ": " + times.size() + " times; nothing is stored";
    }
}
