package dev.sluice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "discard",
        description = {
            "Settle dead letters that are not needed: no redrive takes them any more.",
            "They stay on their topic until its retention takes them."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice dlq discard orders.dlq --filter \"type = 'com.acme.ping'\" --dry-run",
            "Exit codes: 0 done; 1 the job ended early; 3 no such topic; 4 not such a job."
        })
final class DlqDiscardCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic of dead letters.")
    private String topic = "";

    @Mixin
    private final LetterOptions letters = new LetterOptions();

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

    DlqDiscardCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException {
        return new LetterJob(terminal, new EngineClient(connection))
                .run(
                        topic,
                        "discard",
                        letters.request(),
                        yes || letters.dryRun(),
                        format == ResourceOutput.Format.json);
    }
}
