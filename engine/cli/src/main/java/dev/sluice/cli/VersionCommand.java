package dev.sluice.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "version",
        description = "Show the version of this command and of the engine.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice version -o json"})
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--client", description = "Do not ask an engine.")
    private boolean clientOnly;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, json or yaml (default text).")
    private Format format = Format.text;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    /** What {@code -o} takes. */
    enum Format {
        text,
        json,
        yaml
    }

    /** An engine that does not answer is told on stderr and is no failure: the client's version was asked for, too. */
    @Override
    public Integer call() {
        var engine = clientOnly ? null : engine();
        var out = terminal.out();
        if (format == Format.text) {
            out.println("client " + Version.number() + " (Java " + Runtime.version() + ")");
            if (engine != null) {
                out.println("engine " + Text.oneLine(engine) + " ("
                        + connection.admin().uri() + ")");
            }
            return ExitCode.OK;
        }
        var json = JsonNodeFactory.instance.objectNode();
        json.putObject("client")
                .put("version", Version.number())
                .put("java", Runtime.version().toString());
        if (engine != null) {
            json.putObject("engine")
                    .put("version", engine)
                    .put("admin", connection.admin().uri().toString());
        }
        out.print(format == Format.json ? Json.pretty(json) + "\n" : Json.yaml(json));
        return ExitCode.OK;
    }

    private @Nullable String engine() {
        try {
            return new EngineClient(connection)
                    .admin("/v1/version")
                    .path("version")
                    .asText("unknown");
        } catch (CommandFailure failure) {
            var why = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
            terminal.err().println("engine: " + Text.oneLine(why));
            return null;
        }
    }
}
