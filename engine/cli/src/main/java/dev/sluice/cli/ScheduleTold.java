package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that tell a schedule something have in common. */
abstract class ScheduleTold implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SCHEDULE", description = "Its name, as 'sluice get schedules' shows it.")
    private String schedule = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table: a message only).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    final Terminal terminal;

    ScheduleTold(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    /** The name, as it may be shown. */
    final String name() {
        return Text.oneLine(schedule);
    }

    /** Posts it, prints the answer unless a message is enough, and the message of it. */
    final void tell(String command, byte[] body, Function<JsonNode, String> message) {
        var path = "/v1/schedules/" + EngineClient.segment(schedule) + "/" + command;
        var answer = new EngineClient(connection).adminPost(path, body);
        switch (format) {
            case json -> terminal.out().println(Json.pretty(answer));
            case yaml -> terminal.out().print(Json.yaml(answer));
            case name -> terminal.out().println("schedule/" + name());
            case table, wide -> {}
        }
        terminal.err().println(message.apply(answer));
    }
}
