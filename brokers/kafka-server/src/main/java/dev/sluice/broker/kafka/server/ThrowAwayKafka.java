package dev.sluice.broker.kafka.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real Kafka of one node in a process of its own, beside the process that uses it: it lives no longer than that one,
 * and deletes its folder when it ends. Ctrl-C on the terminal that both share does not reach it, so that its user can
 * still finish what is in flight.
 */
public final class ThrowAwayKafka implements AutoCloseable {
    private static final String READY = "kafka ready: ";
    private static final int END_SECONDS = 20;

    private final Process process;
    private final Path log;
    private final String bootstrapServers;

    private ThrowAwayKafka(Process process, Path log, String bootstrapServers) {
        this.process = process;
        this.log = log;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts one with the class path of this JVM. Blocks until it serves, which takes 2 to 10 s.
     *
     * @param max how long it may take
     * @throws IOException with its last words when it does not serve by then
     */
    public static ThrowAwayKafka start(Duration max) throws IOException, InterruptedException {
        var log = Files.createTempFile("sluice-kafka", ".log");
        var process = new ProcessBuilder(
                        untouchedByCtrlC(JavaCommand.of(log, "", List.of(), ThrowAwayKafka.class, List.of())))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        var ready = new CompletableFuture<String>();
        var reader = new Thread(() -> read(process, ready), "throw-away-kafka-stdout");
        reader.setDaemon(true);
        reader.start();
        try {
            return new ThrowAwayKafka(process, log, ready.get(max.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("Kafka did not start within " + max.toSeconds() + " s: " + Files.readString(log), e);
        }
    }

    /** A signal that is ignored at a program's start stays ignored in it, by the JVM too. */
    private static List<String> untouchedByCtrlC(List<String> command) {
        var whole = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\""));
        whole.addAll(command);
        return whole;
    }

    private static void read(Process process, CompletableFuture<String> ready) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(line.substring(READY.length()));
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("it ended before it was ready"));
    }

    /** Where clients connect. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Whether it still runs. */
    public boolean runs() {
        return process.isAlive();
    }

    /** Ends it and waits until its folder is deleted, at most 20 s. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs one, prints {@code kafka ready: } and its bootstrap servers as a line on stdout once it serves, and ends
     * when standard input does.
     */
    public static void main(String... args) {
        var kafka = LocalKafka.start();
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "throw-away-kafka-end"));
        System.out.println(READY + kafka.bootstrapServers());
        EndOfInput.awaitEnd();
        System.exit(0);
    }
}
