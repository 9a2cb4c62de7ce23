package dev.sluice.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "redrive",
        description = {
            "Send dead letters back to the topics that they came from.",
            "What tells why they are dead letters is taken off, and dlredrives counts one more. None is sent twice:",
            "run it again after an interruption, and it goes on behind what is done."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice dlq redrive orders.dlq --reason exhausted --dry-run",
            "         sluice dlq redrive orders.dlq --filter \"dlerror LIKE '%%no rate%%'\" --rate 100/s --yes",
            "         sluice dlq redrive orders.dlq --id o-4711 --edit '.currency = \"EUR\"' --yes",
            "Exit codes: 0 done, refused letters included; 1 the job ended early; 3 no such topic; 4 not such a job."
        })
final class DlqRedriveCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic of dead letters.")
    private String topic = "";

    @Mixin
    private final LetterOptions letters = new LetterOptions();

    @Option(
            names = "--edit",
            paramLabel = "JQ",
            description = "A jq program that makes the new JSON data of the old; $event has the attributes.")
    private @Nullable String edit;

    @Option(names = "--to", paramLabel = "TOPIC", description = "Send them there instead.")
    private @Nullable String to;

    @Option(names = "--raw", description = "Send records that are no events too, byte for byte.")
    private boolean raw;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    DlqRedriveCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException {
        var request = letters.request();
        LetterOptions.put(request, "edit", edit);
        LetterOptions.put(request, "to", to);
        LetterOptions.put(request, "raw", raw ? true : null);
        return new LetterJob(terminal, new EngineClient(connection))
                .run(topic, "redrive", request, yes || letters.dryRun(), format == ResourceOutput.Format.json);
    }
}
