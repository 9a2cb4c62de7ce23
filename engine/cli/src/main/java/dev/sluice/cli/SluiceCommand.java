package dev.sluice.cli;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;

/**
 * The {@code sluice} command. {@link #commandLine} assembles it; {@code execute(args)} on the result parses, runs and
 * answers one of {@link ExitCode}, with data on stdout and messages on stderr.
 */
@Command(
        name = "sluice",
        description = "Runs functions on events.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Try: sluice dev samples/orders",
            "",
            "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 invalid or conflict,",
            "            5 engine unreachable, 6 timed out"
        })
public final class SluiceCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final Connection connection;

    private SluiceCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    /** What flags before the command's name say. */
    Connection connection() {
        return connection;
    }

    /**
     * The whole command line on the process's own streams.
     *
     * @param extraSubcommands commands of other modules: objects whose class carries picocli's {@code @Command} with a
     *     name. They end with a code of {@link ExitCode}, or by throwing {@link CommandFailure}.
     */
    public static CommandLine commandLine(Object... extraSubcommands) {
        return commandLine(Terminal.ofProcess(), extraSubcommands);
    }

    static CommandLine commandLine(Terminal terminal, Object... extraSubcommands) {
        var line = new CommandLine(new SluiceCommand(terminal));
        for (var command : extraSubcommands) {
            line.addSubcommand(command);
        }
        for (var command : ownCommands(terminal)) {
            var subcommand = new CommandLine(command);
            subcommand.getCommandSpec().addOption(helpOption());
            line.addSubcommand(subcommand);
        }
        line.addSubcommand(DlqCommand.commandLine(terminal));
        line.addSubcommand(new HelpCommand());
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setAbbreviatedSubcommandsAllowed(false);
        line.setParameterExceptionHandler(new UsageErrors());
        line.setExecutionExceptionHandler(failures(terminal));
        line.setExecutionStrategy(flushing(terminal));
        line.setUsageHelpWidth(Math.max(60, Math.min(100, terminal.columns())));
        return line;
    }

    private static List<Object> ownCommands(Terminal terminal) {
        return List.of(
                new SendCommand(terminal),
                new InvokeCommand(terminal),
                new GetCommand(terminal),
                new TopCommand(terminal),
                new WhyCommand(terminal),
                new ExplainCommand(terminal),
                new TraceCommand(terminal),
                new ScaleCommand(terminal),
                new ResetCommand(terminal),
                new ReplayCommand(terminal),
                new RunNowCommand(terminal),
                new BackfillCommand(terminal),
                new PauseCommand(terminal),
                new ResumeCommand(terminal),
                new VersionCommand(terminal),
                new CompletionCommand(terminal));
    }

    /** Without the version that picocli's standard options would add to every command. */
    static OptionSpec helpOption() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build();
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        Objects.requireNonNull(spec).commandLine().usage(terminal.out());
    }

    /** The process ends right after a command, and text without a line break at its end would be lost. */
    private static IExecutionStrategy flushing(Terminal terminal) {
        return parsed -> {
            try {
                return new RunLast().execute(parsed);
            } finally {
                terminal.out().flush();
                terminal.err().flush();
            }
        };
    }

    private static IExecutionExceptionHandler failures(Terminal terminal) {
        return (error, line, parsed) -> {
            var err = line.getErr();
            var code = ExitCode.FAILURE;
            if (error instanceof CommandFailure failure) {
                code = failure.exitCode();
                err.println("sluice: " + Text.printable(String.valueOf(error.getMessage())));
            } else if (error instanceof IOException) {
                err.println("sluice: " + Text.printable(error.toString()));
            } else {
                err.println("sluice: unexpected " + Text.printable(error.toString()));
                if (terminal.environment().containsKey("SLUICE_DEBUG")) {
                    error.printStackTrace(err);
                } else {
                    err.println("Set SLUICE_DEBUG=1 to see where.");
                }
            }
            err.flush();
            return code;
        };
    }
}
