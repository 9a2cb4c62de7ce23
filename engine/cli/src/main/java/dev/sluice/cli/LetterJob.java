package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/** Begins a job on dead letters, after asking whether it is meant, and follows it to its end. */
final class LetterJob {
    private final Terminal terminal;
    private final EngineClient client;

    LetterJob(Terminal terminal, EngineClient client) {
        this.terminal = terminal;
        this.client = client;
    }

    /**
     * Runs it. Blocks until the job has ended; when the process is interrupted before, the engine is asked
     * to end the job.
     *
     * @param action redrive or discard
     * @param sure whether not to ask
     */
    int run(String topic, String action, Map<String, Object> request, boolean sure, boolean json)
            throws InterruptedException {
        if (!sure && !confirmed(topic, action)) {
            terminal.err().println("nothing is done");
            return ExitCode.FAILURE;
        }
        var begun = client.adminPost(Letters.path(topic, "/" + action), Json.write(request));
        return tell(new RunningJob(terminal, client).ended(begun), json);
    }

    private boolean confirmed(String topic, String action) {
        if (!terminal.interactive()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "nobody can be asked whether it is meant: add --yes, or --dry-run to look first");
        }
        var open = client.admin(Letters.path(topic, "")).path("open").asLong();
        terminal.err()
                .print(action + " of up to " + open + " open letters of topic '" + Text.oneLine(topic) + "'? [y/N] ");
        terminal.err().flush();
        try {
            var answer = terminal.in().read();
            return answer == 'y' || answer == 'Y';
        } catch (IOException closed) {
            return false;
        }
    }

    private int tell(JsonNode job, boolean json) {
        if (json) {
            terminal.out().println(Json.pretty(job));
        } else {
            job.path("samples").forEach(sample -> terminal.out().println(Text.oneLine(sample.asText())));
            job.path("refusals").properties().forEach(refusal -> terminal.out()
                    .println(refusal.getValue().path("count").asLong() + " refused, as "
                            + refusal.getValue().path("example").asText() + ": " + Text.oneLine(refusal.getKey())));
        }
        var dry = job.path("dryRun").asBoolean() ? " would be " : " ";
        var verb = Column.string(job, "action").equals("redrive") ? "redriven" : "discarded";
        terminal.err()
                .println(job.path("done").asLong() + dry + verb + ", "
                        + job.path("refused").asLong() + " refused, of "
                        + job.path("scanned").asLong() + " letters looked at"
                        + (job.path("dryRun").asBoolean() ? "; nothing is changed" : ""));
        RunningJob.requireDone(job);
        return ExitCode.OK;
    }
}
