package dev.sluice.cli;

import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "resume",
        description = {"Let a paused schedule fire again, from now on.", "It takes 5 s at most until its engine knows."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice resume nightly-report", "Exit codes: 0 resumed, 3 no such schedule."})
final class ResumeCommand extends ScheduleTold {
    ResumeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        tell(
                "resume",
                Json.write(Map.of()),
                answer -> name() + (answer.path("changed").asBoolean() ? ": resumed" : ": was not paused"));
        return ExitCode.OK;
    }
}
