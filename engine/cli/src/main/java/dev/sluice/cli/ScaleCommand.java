package dev.sluice.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "scale",
        description = {
            "Set the number of a function's instances by hand, or leave it to its policy again.",
            "It holds on the one engine that is asked, until its process ends; the manifest's scaling.max bounds it."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice scale price 4",
            "         sluice scale price auto",
            "Exit codes: 0 set, 3 no such function, 4 more than the manifest allows."
        })
final class ScaleCommand implements Callable<Integer> {
    private static final String AUTO = "auto";

    @Parameters(index = "0", paramLabel = "FUNCTION", description = "Whose instances.")
    private String function = "";

    @Parameters(index = "1", paramLabel = "N", description = "A number from 0, or auto for the policy.")
    private String instances = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table: a message only).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    ScaleCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        if (!instances.equals(AUTO) && !instances.matches("\\d{1,4}")) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + Text.oneLine(instances) + "' is no number of instances: write 0, 4 or auto");
        }
        var path = "/v1/functions/" + EngineClient.segment(function) + "/scale";
        var set = new EngineClient(connection).adminPost(path, Json.write(Map.of("instances", instances)));
        switch (format) {
            case json -> terminal.out().println(Json.pretty(set));
            case yaml -> terminal.out().print(Json.yaml(set));
            case name -> terminal.out().println("function/" + Text.oneLine(function));
            case table, wide -> {}
        }
        var node = Text.oneLine(Column.string(set, "node"));
        var name = Text.oneLine(function);
        terminal.err()
                .println(
                        instances.equals(AUTO)
                                ? name + " on " + node + ": left to its policy"
                                : name + " on " + node + ": " + Column.string(set, "before") + " -> " + instances
                                        + " instances until its process ends, or 'sluice scale " + name + " auto'");
        return ExitCode.OK;
    }
}
