package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Call a function with events that a trigger has had, and compare its answers with the trigger's.",
            "Nothing is published and no position moves; but the function really runs, with all that it does outside."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice replay price-orders --from 2026-01-31T06:00:00Z --compare price-2",
            "         sluice replay orders --from 3:0 --to 3:500 --compare price-2 --rate 100/s",
            "Exit codes: 0 all are the same; 1 some are not, or the job ended early; 3 no such trigger;",
            "            4 not such a job."
        })
final class ReplayCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "TRIGGER",
            description = "Whose events and answers they are, or a topic that one trigger reads.")
    private String trigger = "";

    @Option(names = "--compare", required = true, paramLabel = "FUNCTION", description = "The function that is called.")
    private String function = "";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "PLACE",
            description = "The first event: earliest, a time, or PARTITION:OFFSET for that partition alone.")
    private String from = "";

    @Option(
            names = "--to",
            paramLabel = "PLACE",
            description = "Before which it ends: latest, a time, or PARTITION:OFFSET (default latest).")
    private @Nullable String to;

    @Option(
            names = "--filter",
            paramLabel = "CESQL",
            description = "Only events of which this is true, as in \"type LIKE 'com.acme.%%'\".")
    private @Nullable String filter;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many events.")
    private @Nullable Long limit;

    @Option(names = "--rate", paramLabel = "N/s", description = "At most so many, as in 100/s, 30/m or 500/h.")
    private @Nullable String rate;

    @Option(names = "--dry-run", description = "Call nothing; tell how many events it would be, and the first ones.")
    private boolean dryRun;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    ReplayCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException {
        var request = new LinkedHashMap<String, Object>();
        request.put("function", function);
        request.put("from", from);
        LetterOptions.put(request, "to", to);
        LetterOptions.put(request, "filter", filter);
        LetterOptions.put(request, "limit", limit);
        LetterOptions.put(request, "rate", rate == null ? null : LetterOptions.perSecond(rate));
        LetterOptions.put(request, "dryRun", dryRun ? true : null);
        var client = new EngineClient(connection);
        var path = "/v1/triggers/" + EngineClient.segment(trigger) + "/compare";
        return tell(new RunningJob(terminal, client).ended(client.adminPost(path, Json.write(request))));
    }

    private int tell(JsonNode job) {
        var found = job.path("comparison");
        if (format == ResourceOutput.Format.json) {
            terminal.out().println(Json.pretty(job));
        } else {
            job.path("samples").forEach(sample -> terminal.out().println(Text.oneLine(sample.asText())));
            found.path("differences").forEach(this::print);
            job.path("refusals").properties().forEach(refusal -> terminal.out()
                    .println(refusal.getValue().path("count").asLong() + " passed over, as "
                            + refusal.getValue().path("example").asText() + ": " + Text.oneLine(refusal.getKey())));
        }
        terminal.out().flush();
        var done = job.path("done").asLong();
        var same = found.path("same").asLong();
        terminal.err()
                .println(
                        dryRun
                                ? done + " events would be given to function " + Text.oneLine(function)
                                        + "; nothing is called"
                                : done + " compared: " + same + " same" + count(found, "different")
                                        + count(found, "missing") + count(found, "extra") + count(found, "failed")
                                        + ", of " + job.path("scanned").asLong() + " events looked at");
        RunningJob.requireDone(job);
        return dryRun || done == same ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static String count(JsonNode found, String verdict) {
        return ", " + found.path(verdict).asLong() + " " + verdict;
    }

    private void print(JsonNode difference) {
        terminal.out()
                .println(Column.string(difference, "place") + " " + Text.oneLine(Column.string(difference, "id")) + " "
                        + Column.string(difference, "verdict"));
        difference.path("details").forEach(detail -> terminal.out().println("    " + Text.oneLine(detail.asText())));
    }
}
