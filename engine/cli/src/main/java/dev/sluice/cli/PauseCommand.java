package dev.sluice.cli;

import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "pause",
        description = {
            "Let a schedule fire nothing until it is resumed.",
            "It holds on every engine and over restarts; what its times would bring meanwhile is not made up for."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice pause nightly-report", "Exit codes: 0 paused, 3 no such schedule."})
final class PauseCommand extends ScheduleTold {
    PauseCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        tell(
                "pause",
                Json.write(Map.of()),
                answer -> name() + (answer.path("changed").asBoolean() ? ": paused" : ": was paused already"));
        return ExitCode.OK;
    }
}
