package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ls",
        description = {
            "Show topics of dead letters with how many are open, redriven and discarded,",
            "or the open ones of a topic by what they have in common."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice dlq ls", "         sluice dlq ls orders.dlq --group-by error"})
final class DlqLsCommand implements Callable<Integer> {
    private static final List<Column> TOPICS = List.of(
            Column.text("TOPIC", "topic"),
            Column.text("BROKER", "broker"),
            Column.number("OPEN", "open"),
            Column.number("REDRIVEN", "redriven"),
            Column.number("DISCARDED", "discarded"),
            Column.text("OLDEST", "oldest"));

    private static final List<Column> GROUPS = List.of(
            Column.number("COUNT", "count"),
            Column.text("EXAMPLE", "place"),
            Column.text("ID", "id"),
            Column.text("VALUE", "value"));

    @Parameters(index = "0", arity = "0..1", paramLabel = "TOPIC", description = "Only this one.")
    private @Nullable String topic;

    @Option(
            names = "--group-by",
            paramLabel = "WHAT",
            completionCandidates = Groupings.class,
            description = "error, reason, trigger, function or type; needs a topic when there are several.")
    private @Nullable String groupBy;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    DlqLsCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var client = new EngineClient(connection);
        if (groupBy != null) {
            groups(client, groupBy);
            return ExitCode.OK;
        }
        var output = new ResourceOutput(
                terminal, "topics of dead letters", "topic", item -> Column.string(item, "topic"), TOPICS, format);
        if (topic != null) {
            output.one(client.admin(Letters.path(topic, "")));
        } else {
            var items = new ArrayList<JsonNode>();
            client.admin(Letters.TOPICS).path("items").forEach(items::add);
            output.list(items);
        }
        return ExitCode.OK;
    }

    private void groups(EngineClient client, String by) {
        var of = topic != null ? topic : Letters.only(client);
        var found = client.admin(Letters.path(of, "/groups?by=" + EngineClient.segment(by)));
        if (format == ResourceOutput.Format.json || format == ResourceOutput.Format.yaml) {
            terminal.out().print(format == ResourceOutput.Format.json ? Json.pretty(found) + "\n" : Json.yaml(found));
        } else {
            var items = new ArrayList<JsonNode>();
            found.path("groups").forEach(items::add);
            new ResourceOutput(terminal, "open letters", "letter", item -> Column.string(item, "place"), GROUPS, format)
                    .list(items);
        }
        if (!found.path("complete").asBoolean(true)) {
            terminal.err()
                    .println("these are the first " + found.path("scanned").asLong()
                            + " letters: the topic has more than could be looked at in time");
        }
    }

    /** What completion offers. */
    static final class Groupings implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("error", "reason", "trigger", "function", "type").iterator();
        }
    }
}
