package dev.sluice.cli;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "dlq",
        description = {
            "Look at dead letters, redrive and discard them.",
            "Work is done by jobs of the engine; one ends with its command when that is interrupted."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example: sluice dlq ls orders.dlq --group-by error",
            "         sluice dlq redrive orders.dlq --reason exhausted --dry-run"
        })
final class DlqCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    private DlqCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** With all that stands below it. */
    static CommandLine commandLine(Terminal terminal) {
        var line = new CommandLine(new DlqCommand(terminal));
        for (var command : List.of(
                new DlqLsCommand(terminal),
                new DlqShowCommand(terminal),
                new DlqRedriveCommand(terminal),
                new DlqDiscardCommand(terminal),
                new DlqJobsCommand(terminal),
                new DlqCancelCommand(terminal))) {
            var below = new CommandLine(command);
            below.getCommandSpec().addOption(SluiceCommand.helpOption());
            line.addSubcommand(below);
        }
        return line;
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        Objects.requireNonNull(spec).commandLine().usage(terminal.out());
    }
}
