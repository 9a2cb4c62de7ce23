package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "trace",
        description = {
            "Show an event's way, and the ways of what came of it.",
            "Trigger by trigger: what was decided, each try, each answer and what became of that. A node keeps what goes"
                    + " wrong with any event, and everything of some; all while few come."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice trace order-1008",
            "         sluice trace order-1008 -o json",
            "Exit codes: 0 shown, 3 nothing about the event is kept."
        })
final class TraceCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final String INDENT = "  ";

    /** How it is printed. */
    enum Format {
        text,
        json,
        yaml
    }

    @Parameters(index = "0", paramLabel = "EVENT", description = "The event's id.")
    private String event = "";

    @Option(names = "--source", paramLabel = "SOURCE", description = "The event's source, when several have its id.")
    private @Nullable String source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, json or yaml (default text).")
    private Format format = Format.text;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    TraceCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var path = "/v1/events/" + EngineClient.segment(event) + "/trace" + parameter("?source=", source);
        var trace = new EngineClient(connection).admin(path);
        if (format == Format.text) {
            print(trace, "");
        } else {
            print(terminal, format, trace);
        }
        return ExitCode.OK;
    }

    static String parameter(String name, @Nullable String value) {
        return value == null ? "" : name + EngineClient.segment(value);
    }

    static void print(Terminal terminal, Format format, JsonNode told) {
        if (format == Format.json) {
            terminal.out().println(Json.pretty(told));
        } else {
            terminal.out().print(Json.yaml(told));
        }
    }

    private void print(JsonNode trace, String indent) {
        var from = Column.string(trace, "source");
        line(indent, Column.string(trace, "event") + (from.isEmpty() ? "" : "  of " + from));
        for (var hop : trace.path("hops")) {
            var trigger = Column.string(hop, "trigger");
            var below = trigger.isEmpty() ? indent + INDENT : indent + INDENT + INDENT;
            if (!trigger.isEmpty()) {
                line(indent + INDENT, trigger + " -> " + Column.string(hop, "function"));
            }
            for (var step : hop.path("steps")) {
                line(below, time(Column.string(step, "at")) + INDENT + Column.string(step, "words"));
            }
            hop.path("answers").forEach(answer -> print(answer, below));
        }
    }

    private void line(String indent, String text) {
        terminal.out().println(indent + Text.oneLine(text));
    }

    private static String time(String at) {
        try {
            return TIME.format(Instant.parse(at).atZone(ZoneId.systemDefault()));
        } catch (DateTimeParseException other) {
            return at;
        }
    }
}
