package dev.sluice.cli;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "invoke",
        description = {
            "Call a function and print its answer.",
            "The answer's data goes to stdout, its attributes to stderr."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice invoke price --data '{\"id\": \"A-1\", \"customer\": \"ada\","
                    + " \"lines\": [{\"sku\": \"cup\", \"quantity\": 2, \"price\": 6.80}]}'"
        })
final class InvokeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FUNCTION", description = "The function's name.")
    private String function = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "data, json or yaml: json and yaml print the whole event (default data).")
    private Format format = Format.data;

    @Mixin
    private final EventOptions event;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    InvokeCommand(Terminal terminal) {
        this.terminal = terminal;
        this.event = new EventOptions(terminal);
        this.connection = new Connection(terminal.environment());
    }

    /** What {@code -o} takes. */
    enum Format {
        data,
        json,
        yaml
    }

    @Override
    public Integer call() throws IOException {
        if (event.isLines()) {
            throw event.usage("invoke calls with one event; " + event.origin() + " holds lines of them: use send");
        }
        var call = event.single();
        if (call.batch()) {
            throw event.usage("invoke calls with one event; " + event.origin() + " holds a batch: use send");
        }
        var headers = new LinkedHashMap<>(call.headers());
        headers.put("Accept", "application/cloudevents-batch+json, */*");
        var path = "/functions/" + EngineClient.segment(function);
        var answer = new EngineClient(connection).post(path, headers, call.body());
        if (answer.statusCode() / 100 != 2) {
            throw Problem.of(answer).failure();
        }
        print(events(answer));
        return ExitCode.OK;
    }

    private static List<EventAnswer> events(HttpResponse<byte[]> answer) {
        try {
            return EventAnswer.of(answer);
        } catch (IOException | IllegalArgumentException malformed) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the answer is not a CloudEvent as it claims: " + malformed.getMessage());
        }
    }

    private void print(List<EventAnswer> answers) throws IOException {
        if (answers.isEmpty()) {
            terminal.err().println(Text.oneLine(function) + " answered without an event");
        }
        for (var answer : answers) {
            switch (format) {
                case json -> terminal.out().println(Json.pretty(answer.toJson()));
                case yaml -> terminal.out().print((answers.size() > 1 ? "---\n" : "") + Json.yaml(answer.toJson()));
                case data -> {
                    attributes(answer);
                    data(answer);
                }
            }
        }
        terminal.out().flush();
    }

    private void attributes(EventAnswer answer) {
        for (var attribute : answer.attributes().properties()) {
            var value = Text.oneLine(attribute.getValue().asText());
            terminal.err().println(Text.oneLine(attribute.getKey()) + ": " + value);
        }
    }

    /** Bytes as they came; where a person looks, without what could harm the terminal. */
    private void data(EventAnswer answer) throws IOException {
        var data = answer.data();
        if (data == null) {
            return;
        }
        var text = ContentType.isText(answer.contentType());
        if (text && terminal.interactive()) {
            data = Text.printable(new String(data, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        } else if (terminal.interactive()) {
            terminal.err().println(data.length + " bytes of " + answer.contentType() + " not shown on a terminal");
            return;
        }
        terminal.bytes().write(data);
        if (text && data.length > 0 && data[data.length - 1] != '\n') {
            terminal.bytes().write('\n');
        }
        terminal.bytes().flush();
    }
}
