package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Run events of a topic again: through a trigger, with its answers published, or to compare what another",
            "function would answer with what the trigger did. No position moves. Either way the function really runs,",
            "with all that it does outside."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice replay orders --from 2026-01-31T06:00:00Z --into price-orders --dry-run",
            "         sluice replay orders --from 3:0 --to 3:500 --into price-orders --rate 100/s",
            "         sluice replay price-orders --from earliest --compare price-2",
            "An interrupted replay ends; it says where to go on.",
            "Exit codes: 0 all went through, dead letters included, or all answers are the same; 1 some are not, or the",
            "            job ended early; 3 no such trigger; 4 not such a job."
        })
final class ReplayCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "TOPIC|TRIGGER",
            description = {
                "The topic whose events they are; of --compare, the trigger whose answers stand, or a topic that one",
                "trigger reads."
            })
    private String subject = "";

    @ArgGroup(multiplicity = "1")
    private Aim aim = new Aim();

    /** What is done with the events. */
    private static final class Aim {
        @Option(names = "--into", paramLabel = "TRIGGER", description = "Run them through this trigger of the topic.")
        private @Nullable String into;

        @Option(names = "--compare", paramLabel = "FUNCTION", description = "Compare the answers of this function.")
        private @Nullable String function;
    }

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

    @Option(names = "--dry-run", description = "Run nothing; tell how many events it would be, and the first ones.")
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
        var into = aim.into;
        LetterOptions.put(request, "function", aim.function);
        LetterOptions.put(request, "topic", into == null ? null : subject);
        request.put("from", from);
        LetterOptions.put(request, "to", to);
        LetterOptions.put(request, "filter", filter);
        LetterOptions.put(request, "limit", limit);
        LetterOptions.put(request, "rate", rate == null ? null : LetterOptions.perSecond(rate));
        LetterOptions.put(request, "dryRun", dryRun ? true : null);
        var client = new EngineClient(connection);
        var trigger = EngineClient.segment(into == null ? subject : into);
        var path = "/v1/triggers/" + trigger + (into == null ? "/compare" : "/replay");
        var job = new RunningJob(terminal, client).ended(client.adminPost(path, Json.write(request)));
        print(job);
        return into == null ? compared(job) : passed(job, into);
    }

    private void print(JsonNode job) {
        if (format == ResourceOutput.Format.json) {
            terminal.out().println(Json.pretty(job));
        } else {
            job.path("samples").forEach(sample -> terminal.out().println(Text.oneLine(sample.asText())));
            job.path("comparison").path("differences").forEach(this::printDifference);
            job.path("refusals").properties().forEach(refusal -> terminal.out()
                    .println(refusal.getValue().path("count").asLong() + " passed over, as "
                            + refusal.getValue().path("example").asText() + ": " + Text.oneLine(refusal.getKey())));
        }
        terminal.out().flush();
    }

    private int passed(JsonNode job, String into) {
        var done = job.path("done").asLong();
        if (dryRun) {
            terminal.err()
                    .println(done + " events would run through trigger " + Text.oneLine(into) + "; nothing is run");
        } else {
            var found = job.path("replay");
            terminal.err()
                    .println(done + " settled:" + count(found, "delivered").substring(1) + count(found, "filtered")
                            + count(found, "deadLettered", "dead letters") + count(found, "repeated")
                            + count(found, "failed") + ", of "
                            + job.path("scanned").asLong() + " events looked at");
            found.path("next").forEach(place -> terminal.err()
                    .println("not done on partition "
                            + Text.oneLine(place.asText().replaceFirst(":.*", "")) + ": go on with --from "
                            + Text.oneLine(place.asText())));
        }
        RunningJob.requireDone(job);
        return ExitCode.OK;
    }

    private int compared(JsonNode job) {
        var found = job.path("comparison");
        var done = job.path("done").asLong();
        var same = found.path("same").asLong();
        terminal.err()
                .println(
                        dryRun
                                ? done + " events would be given to function "
                                        + Text.oneLine(String.valueOf(aim.function)) + "; nothing is called"
                                : done + " compared: " + same + " same" + count(found, "different")
                                        + count(found, "missing") + count(found, "extra") + count(found, "failed")
                                        + ", of " + job.path("scanned").asLong() + " events looked at");
        RunningJob.requireDone(job);
        return dryRun || done == same ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static String count(JsonNode found, String verdict) {
        return count(found, verdict, verdict);
    }

    private static String count(JsonNode found, String name, String words) {
        return ", " + found.path(name).asLong() + " " + words;
    }

    private void printDifference(JsonNode difference) {
        terminal.out()
                .println(Column.string(difference, "place") + " " + Text.oneLine(Column.string(difference, "id")) + " "
                        + Column.string(difference, "verdict"));
        difference.path("details").forEach(detail -> terminal.out().println("    " + Text.oneLine(detail.asText())));
    }
}
