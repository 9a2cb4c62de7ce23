package dev.sluice.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print a completion script.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: source <(sluice completion bash)",
            "To keep it: sluice completion zsh > ~/.sluice-completion, sourced in ~/.zshrc"
        })
final class CompletionCommand implements Runnable {
    /** The shells that take the script. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh; one script serves both.")
    private Shell shell = Shell.bash;

    @Spec
    private @Nullable CommandSpec spec;

    private final Terminal terminal;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        var root = Objects.requireNonNull(spec).root().commandLine();
        terminal.out().println("# For " + shell + ": source <(sluice completion " + shell + ")");
        terminal.out().print(AutoComplete.bash("sluice", root));
    }
}
