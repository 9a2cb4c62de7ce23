package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "why",
        description = {
            "Tell why a function has as many instances as it has.",
            "Prints its figures and the last decisions, the newest first. Decisions in a row that differ in their"
                    + " figures only are one, with the number of TIMES."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice why price", "         sluice why price --limit 100 -o json"})
final class WhyCommand implements Callable<Integer> {
    private static final int LIMIT_MAX = 1_000;

    @Parameters(index = "0", paramLabel = "FUNCTION", description = "Whose instances.")
    private String function = "";

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "How many decisions, 1 to 1000 (default 10).")
    private int limit = 10;

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

    WhyCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "--limit is " + limit + ": it must be between 1 and " + LIMIT_MAX);
        }
        var client = new EngineClient(connection);
        var output = new ResourceOutput(
                terminal,
                "decisions",
                "decision",
                item -> Column.string(item, "function") + "@" + Column.string(item, "at"),
                ScalingColumns.DECISIONS,
                format);
        var decisions = decisions(client, limit);
        print(client.admin(path() + "/scaling"), decisions, output);
        var newest = decisions.isEmpty() ? "" : since(decisions.get(0));
        watch.from(newest, terminal.out(), known -> printNewer(client, output, known));
        return ExitCode.OK;
    }

    private void print(JsonNode scaling, List<JsonNode> decisions, ResourceOutput output) {
        switch (format) {
            case json -> terminal.out().println(Json.pretty(whole(scaling, decisions)));
            case yaml -> terminal.out().print(Json.yaml(whole(scaling, decisions)));
            case name -> output.list(decisions);
            case table, wide -> {
                summary(scaling).forEach(line -> terminal.out().println(Text.oneLine(line)));
                terminal.out().println();
                output.list(decisions);
            }
        }
    }

    private static JsonNode whole(JsonNode scaling, List<JsonNode> decisions) {
        var whole = JsonNodeFactory.instance.objectNode();
        whole.set("scaling", scaling);
        whole.putArray("decisions").addAll(decisions);
        return whole;
    }

    private List<String> summary(JsonNode scaling) {
        var wanted = scaling.path("wanted").asInt();
        var starting = scaling.path("starting").asInt();
        var draining = scaling.path("draining").asInt();
        var words = Column.string(scaling, "words");
        return List.of(
                function + " has " + wanted + (wanted == 1 ? " instance" : " instances")
                        + (starting > 0 ? ", " + starting + " of them starting" : "")
                        + (draining > 0 ? ", and " + draining + " more to end" : "")
                        + " on " + Column.string(scaling, "node") + "; policy " + Column.string(scaling, "policy")
                        + ", min " + Column.string(scaling, "min") + ", max " + Column.string(scaling, "max"),
                words.isEmpty() ? "nothing was decided yet" : "because: " + ScalingColumns.clause(words),
                "now: " + busy(scaling) + ", " + ScalingColumns.figure(scaling, "arrivalsPerSecond", 1)
                        + "/s arriving, "
                        + ScalingColumns.figure(scaling, "lagEvents", 0) + " events behind, the oldest for "
                        + ScalingColumns.seconds(scaling, "lagSeconds") + ", "
                        + ScalingColumns.figure(scaling, "blocked", 0) + " of them blocked, "
                        + Column.string(scaling, "callsWaiting") + " calls waiting");
    }

    private static String busy(JsonNode scaling) {
        return scaling.path("slots").asInt() == 0
                ? "no slot ready"
                : Column.string(scaling, "leased") + " of " + Column.string(scaling, "slots") + " slots busy";
    }

    /** Prints the decisions begun later, the oldest first, and tells when the last of them began. */
    private String printNewer(EngineClient client, ResourceOutput output, String known) {
        var fresh = new ArrayList<JsonNode>();
        for (var decision : decisions(client, LIMIT_MAX)) {
            if (since(decision).compareTo(known) <= 0) {
                break;
            }
            fresh.add(decision);
        }
        if (fresh.isEmpty()) {
            return known;
        }
        Collections.reverse(fresh);
        output.changed(fresh);
        return since(fresh.get(fresh.size() - 1));
    }

    private List<JsonNode> decisions(EngineClient client, int most) {
        var items = new ArrayList<JsonNode>();
        client.admin(path() + "/decisions?limit=" + most).path("items").forEach(items::add);
        return items;
    }

    private static String since(JsonNode decision) {
        return Column.string(decision, "since");
    }

    private String path() {
        return "/v1/functions/" + EngineClient.segment(function);
    }
}
