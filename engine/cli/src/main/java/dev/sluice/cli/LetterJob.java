package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Begins a job on dead letters, after asking whether it is meant, and follows it to its end. */
final class LetterJob {
    private static final Duration LOOK = Duration.ofMillis(250);
    /** A line of progress where no terminal overwrites it. */
    private static final int LOOKS_PER_LINE = 20;

    private final Terminal terminal;
    private final EngineClient client;

    LetterJob(Terminal terminal, EngineClient client) {
        this.terminal = terminal;
        this.client = client;
    }

    /**
     * Runs it. Blocks until the job has ended; when the process ends before, the job goes on.
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
        var id = Column.string(begun, "id");
        var job = new AtomicReference<>(begun);
        var left = new Thread(() -> leave(id, job.get()), "sluice-left");
        Runtime.getRuntime().addShutdownHook(left);
        try {
            follow(id, job);
        } finally {
            Runtime.getRuntime().removeShutdownHook(left);
        }
        return tell(job.get(), json);
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

    private void leave(String id, JsonNode job) {
        if (Column.string(job, "state").equals("RUNNING")) {
            terminal.err()
                    .println(
                            "\njob " + id + " goes on in the engine; 'sluice dlq jobs' tells how far it is, 'sluice dlq"
                                    + " cancel " + id + "' ends it");
            terminal.err().flush();
        }
    }

    private void follow(String id, AtomicReference<JsonNode> job) throws InterruptedException {
        for (var looks = 1; Column.string(job.get(), "state").equals("RUNNING"); looks++) {
            Thread.sleep(LOOK.toMillis());
            job.set(client.admin(Letters.job(id, "")));
            if (terminal.interactive()) {
                terminal.err().print("\r" + progress(job.get()) + "   ");
                terminal.err().flush();
            } else if (looks % LOOKS_PER_LINE == 0) {
                terminal.err().println(progress(job.get()));
            }
        }
        if (terminal.interactive()) {
            terminal.err().println();
        }
    }

    private static String progress(JsonNode job) {
        var left = job.path("secondsLeft").asLong(-1);
        return String.format(
                Locale.ROOT,
                "%s %s: %d of %d looked at, %d done, %d refused, %.0f/s%s",
                Column.string(job, "action"),
                Text.oneLine(Column.string(job, "topic")),
                job.path("scanned").asLong(),
                job.path("letters").asLong(),
                job.path("done").asLong(),
                job.path("refused").asLong(),
                job.path("perSecond").asDouble(),
                left < 0 ? "" : ", " + left + " s left");
    }

    private int tell(JsonNode job, boolean json) {
        var state = Column.string(job, "state");
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
        return switch (state) {
            case "DONE" -> ExitCode.OK;
            case "CANCELLED" -> throw new CommandFailure(ExitCode.FAILURE, "the job was cancelled");
            default ->
                throw new CommandFailure(
                        ExitCode.FAILURE, "the job ended early: " + Text.oneLine(Column.string(job, "error")));
        };
    }
}
