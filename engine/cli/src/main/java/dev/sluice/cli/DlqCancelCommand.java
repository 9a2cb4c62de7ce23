package dev.sluice.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        description =
                "Have a job on dead letters, or a replay, end with the step that it is at; what it did stays done.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice dlq cancel 1f0c9a52", "Exit codes: 3 no such job on the engine that is asked."})
final class DlqCancelCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "JOB", description = "Its id.")
    private String job = "";

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    DlqCancelCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var status = new EngineClient(connection).adminPost(Letters.job(job, "/cancel"), Json.write(Map.of()));
        var state = Column.string(status, "state");
        terminal.err()
                .println(
                        state.equals("RUNNING")
                                ? "job " + Text.oneLine(job) + " ends with what it is at"
                                : "job " + Text.oneLine(job) + " has ended: " + state);
        return ExitCode.OK;
    }
}
