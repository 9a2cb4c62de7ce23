package dev.sluice.cli;

import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "run-now",
        description = {"Store an event of a schedule now, paused or not.", "Its planned times stay as they are."},
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice run-now nightly-report", "Exit codes: 0 stored, 3 no such schedule."})
final class RunNowCommand extends ScheduleTold {
    RunNowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        tell("run", Json.write(Map.of()), answer -> name() + ": stored " + Text.oneLine(Column.string(answer, "id")));
        return ExitCode.OK;
    }
}
