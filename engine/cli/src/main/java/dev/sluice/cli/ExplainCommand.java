package dev.sluice.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = {
            "Tell why an event was delivered to a trigger, or was not.",
            "Prints a sentence, and what it rests on: decisions that are kept, where the event is now, what its topic, its"
                    + " group's position and the dead letters say. Each node knows what it did itself."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice explain order-1008 --trigger price-orders",
            "Exit codes: 0 told, 3 no such trigger, or nothing is known of the event."
        })
final class ExplainCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "EVENT", description = "The event's id.")
    private String event = "";

    @Option(
            names = {"-t", "--trigger"},
            required = true,
            paramLabel = "TRIGGER",
            description = "The trigger that should have got it.")
    private String trigger = "";

    @Option(names = "--source", paramLabel = "SOURCE", description = "The event's source, when several have its id.")
    private @Nullable String source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, json or yaml (default text).")
    private TraceCommand.Format format = TraceCommand.Format.text;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var query = "?event=" + EngineClient.segment(event) + TraceCommand.parameter("&source=", source);
        var path = "/v1/triggers/" + EngineClient.segment(trigger) + "/explain" + query;
        var told = new EngineClient(connection).admin(path);
        if (format != TraceCommand.Format.text) {
            TraceCommand.print(terminal, format, told);
            return ExitCode.OK;
        }
        terminal.out().println(Text.oneLine(Column.string(told, "sentence")));
        for (var fact : told.path("facts")) {
            terminal.out().println("  " + Text.oneLine(fact.asText()));
        }
        return ExitCode.OK;
    }
}
