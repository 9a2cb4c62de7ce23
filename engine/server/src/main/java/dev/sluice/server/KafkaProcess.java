package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A throw-away Kafka in a process of its own, from jars that are not on this process's class path. It lives as long as
 * its standard input, which this process holds, so it ends with this one whatever way that ends; Ctrl-C on the terminal
 * does not reach it, lest it be gone before the engine has finished.
 */
final class KafkaProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaProcess.class);

    /** The variable by which the script {@code sluice} says in which folder the jars are. */
    private static final String JARS = "SLUICE_KAFKA_JARS";

    private static final String MAIN = "dev.sluice.broker.kafka.server.ThrowAwayKafka";
    private static final String LOG_CONFIG = "dev/sluice/broker/kafka/server/logback.xml";
    private static final String READY = "kafka ready: ";
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final int END_SECONDS = 10;
    private static final int LAST_WORDS_LINES = 20;

    private final Process process;
    private final Path log;
    private final String bootstrapServers;

    private final CompletableFuture<Void> toldEnd;

    private volatile boolean closing;

    private KafkaProcess(Process process, Path log, String bootstrapServers, PrintWriter err) {
        this.process = process;
        this.log = log;
        this.bootstrapServers = bootstrapServers;
        this.toldEnd = process.onExit().thenAccept(ended -> tellEnd(ended, err));
    }

    /** Starts one. Blocks until it serves, mostly 3 to 10 s; ends the command when it does not within a minute. */
    static KafkaProcess start(PrintWriter err) throws InterruptedException {
        var classPath = classPath();
        err.println("kafka: starting a throw-away Kafka; it ends with this engine, and its topics with it");
        err.flush();
        try {
            var log = Files.createTempFile("sluice-kafka", ".log");
            var process = new ProcessBuilder(command(classPath, log))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            var servers = servers(process, log);
            err.println("kafka: serves at " + servers);
            err.flush();
            return new KafkaProcess(process, log, servers, err);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, "the throw-away Kafka can't be started: " + e.getMessage());
        }
    }

    private static String classPath() {
        var folder = Objects.requireNonNullElse(System.getenv(JARS), "");
        if (folder.isEmpty() || !Files.isDirectory(Path.of(folder))) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "a throw-away Kafka is started by the script ./sluice of a checkout; name one that runs with"
                            + " --kafka HOST:PORT");
        }
        // Its log is written by the engine's own jars; nothing else of the engine's has a place there.
        var ours = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> String.valueOf(Path.of(jar).getFileName()).startsWith("logback-"))
                .toList();
        return String.join(
                File.pathSeparator,
                Stream.concat(Stream.of(folder + "/*"), ours.stream()).toList());
    }

    /** A signal that is ignored when a program starts stays ignored in it; a JVM keeps to that. */
    private static List<String> command(String classPath, Path log) {
        return List.of(
                "/bin/sh",
                "-c",
                "trap '' INT HUP; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dlogback.configurationFile=" + LOG_CONFIG,
                "-Dsluice.kafka.log=" + log,
                "-cp",
                classPath,
                MAIN);
    }

    private static String servers(Process process, Path log) throws IOException, InterruptedException {
        var ready = new CompletableFuture<String>();
        var reader = new Thread(() -> read(process, ready), "kafka-stdout");
        reader.setDaemon(true);
        reader.start();
        try {
            return ready.get(START_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("it did not serve within " + START_MAX.toSeconds() + " s; its log " + log + " ends:\n"
                    + String.join("\n", lastWords(log)));
        }
    }

    private static void read(Process process, CompletableFuture<String> ready) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(line.substring(READY.length()).strip());
                }
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the throw-away Kafka says nothing more");
        }
        ready.completeExceptionally(new IOException("it ended before it served"));
    }

    private static Deque<String> lastWords(Path log) throws IOException {
        var last = new ArrayDeque<String>();
        try (var lines = Files.lines(log)) {
            lines.forEach(line -> {
                last.add(line);
                if (last.size() > LAST_WORDS_LINES) {
                    last.remove();
                }
            });
        }
        return last;
    }

    private void tellEnd(Process ended, PrintWriter err) {
        if (!closing) {
            err.println("kafka: the throw-away Kafka has ended by itself, with status " + ended.exitValue()
                    + "; its log is " + log);
            err.flush();
        }
    }

    /** Where clients connect. */
    String bootstrapServers() {
        return bootstrapServers;
    }

    /** Ends it, and waits until its folder is gone, at most 10 s. */
    @Override
    public void close() {
        closing = true;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            toldEnd.cancel(false);
            Files.deleteIfExists(log);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the throw-away Kafka is ended by force");
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
