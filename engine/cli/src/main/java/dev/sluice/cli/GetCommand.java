package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description = "Show functions, triggers, brokers, topics or schedules.",
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice get triggers -o wide -w"})
final class GetCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            converter = Resource.Converter.class,
            completionCandidates = Kinds.class,
            description = "functions, triggers, brokers, topics or schedules.")
    private Resource resource = Resource.FUNCTIONS;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    private @Nullable String name;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Watch watch = new Watch();

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    GetCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException {
        var client = new EngineClient(connection);
        var output = new ResourceOutput(terminal, resource, format);
        var items = read(client);
        if (name != null) {
            output.one(items.get(0));
        } else {
            output.list(items);
        }
        watch.from(byName(items), terminal.out(), known -> {
            var now = byName(read(client));
            report(output, known, now);
            return now;
        });
        return ExitCode.OK;
    }

    private void report(ResourceOutput output, Map<String, JsonNode> before, Map<String, JsonNode> now) {
        var changed = new ArrayList<JsonNode>();
        now.forEach((key, item) -> {
            if (!item.equals(before.get(key))) {
                changed.add(item);
            }
        });
        output.changed(changed);
        before.keySet().stream().filter(key -> !now.containsKey(key)).forEach(key -> terminal.err()
                .println(resource.singular() + " " + Text.oneLine(key) + " is gone"));
    }

    private Map<String, JsonNode> byName(List<JsonNode> items) {
        var named = new LinkedHashMap<String, JsonNode>();
        for (var item : items) {
            var broker = Column.string(item, "broker");
            named.put(resource.nameOf(item) + (broker.isEmpty() ? "" : " of broker " + broker), item);
        }
        return named;
    }

    private List<JsonNode> read(EngineClient client) {
        var path = "/v1/" + resource.plural();
        if (name == null) {
            var items = new ArrayList<JsonNode>();
            client.admin(path).path("items").forEach(items::add);
            return items;
        }
        try {
            return List.of(client.admin(path + "/" + EngineClient.segment(name)));
        } catch (CommandFailure failure) {
            throw failure.exitCode() == ExitCode.NOT_FOUND ? notFound(client, path) : failure;
        }
    }

    private CommandFailure notFound(EngineClient client, String path) {
        var names = new ArrayList<String>();
        client.admin(path).path("items").forEach(item -> names.add(resource.nameOf(item)));
        var others = names.isEmpty() ? "there are none" : "there are " + String.join(", ", names);
        return new CommandFailure(
                ExitCode.NOT_FOUND, "no " + resource.singular() + " is named '" + name + "'; " + others);
    }

    /** What completion offers. */
    static final class Kinds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("functions", "triggers", "brokers", "topics", "schedules")
                    .iterator();
        }
    }
}
