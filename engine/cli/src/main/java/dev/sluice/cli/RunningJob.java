package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Follows a job of the engine to its end. */
final class RunningJob {
    private static final Duration LOOK = Duration.ofMillis(250);
    /** Nobody wants to wait for the end of a command that was interrupted. */
    private static final Duration LEAVE_MAX = Duration.ofSeconds(3);
    /** A line of progress where no terminal overwrites it. */
    private static final int LOOKS_PER_LINE = 20;

    private final Terminal terminal;
    private final EngineClient client;

    RunningJob(Terminal terminal, EngineClient client) {
        this.terminal = terminal;
        this.client = client;
    }

    /**
     * How the job that was begun has ended. Blocks until it has; when the process is interrupted before, it asks the
     * engine to end the job, and says when that can't be told.
     */
    JsonNode ended(JsonNode begun) throws InterruptedException {
        var id = Column.string(begun, "id");
        var job = new AtomicReference<>(begun);
        var left = new Thread(() -> leave(id, job.get()), "sluice-left");
        Runtime.getRuntime().addShutdownHook(left);
        try {
            follow(id, job);
        } finally {
            Runtime.getRuntime().removeShutdownHook(left);
        }
        return job.get();
    }

    /** Throws {@link CommandFailure} unless the job was done. */
    static void requireDone(JsonNode job) {
        switch (Column.string(job, "state")) {
            case "DONE" -> {}
            case "CANCELLED" -> throw new CommandFailure(ExitCode.FAILURE, "the job was cancelled");
            default ->
                throw new CommandFailure(
                        ExitCode.FAILURE, "the job ended early: " + Text.oneLine(Column.string(job, "error")));
        }
    }

    /** Ends a job whose command is interrupted. Blocks for a few seconds at most. */
    void leave(String id, JsonNode job) {
        if (!Column.string(job, "state").equals("RUNNING")) {
            return;
        }
        var cancelled =
                CompletableFuture.supplyAsync(() -> client.adminPost(Letters.job(id, "/cancel"), Json.write(Map.of())));
        try {
            cancelled.get(LEAVE_MAX.toMillis(), TimeUnit.MILLISECONDS);
            terminal.err()
                    .println("\njob " + id + " ends with what it is at; what it did stays done, 'sluice dlq jobs' tells"
                            + " how far it came");
        } catch (ExecutionException | TimeoutException unheard) {
            goesOn(id);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            goesOn(id);
        }
        terminal.err().flush();
    }

    private void goesOn(String id) {
        terminal.err()
                .println(
                        "\nthe engine does not answer: job " + id + " goes on there; 'sluice dlq jobs' tells how far it"
                                + " is, 'sluice dlq cancel " + id + "' ends it");
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
}
