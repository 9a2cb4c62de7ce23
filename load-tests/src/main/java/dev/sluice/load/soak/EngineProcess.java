package dev.sluice.load.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An engine in a process of its own, on free ports, which can be killed or stopped. Not for several threads. */
final class EngineProcess {
    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final Duration STOP_MAX = Duration.ofSeconds(45);
    private static final int TAIL_CHARS = 3_000;
    private static final Pattern READY = Pattern.compile("sluice ready: ingress (http://\\S+) admin (http://\\S+).*");
    private static final List<String> FLAGS = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.net.preferIPv4Stack=true");

    private final String name;
    private final Process process;
    private final Path log;
    private final long launchedNanos = System.nanoTime();
    private final CompletableFuture<URI> ready = new CompletableFuture<>();
    private volatile long readyMillis = -1;
    private volatile @Nullable URI admin;
    private boolean asked;

    private EngineProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts an engine on this manifest, and does not wait for it. */
    static EngineProcess launch(Workplace place, String name, String manifest) throws IOException {
        return launch(place, name, manifest, Map.of());
    }

    /**
     * As {@link #launch(Workplace, String, String)}.
     *
     * @param environment variables beside this process's own
     */
    static EngineProcess launch(Workplace place, String name, String manifest, Map<String, String> environment)
            throws IOException {
        var file = Files.writeString(place.file(name + ".yaml"), manifest);
        var log = place.file(name + "-" + System.nanoTime() + ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.server.Main"));
        command.addAll(List.of("run", "-f", file.toString(), "--port", "0", "--admin-port", "0"));
        var builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        var process = place.start(builder);
        var engine = new EngineProcess(name, process, log);
        var reader = new Thread(engine::read, name + "-stdout");
        reader.setDaemon(true);
        reader.start();
        return engine;
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var matcher = READY.matcher(line);
                if (matcher.matches()) {
                    readyMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - launchedNanos);
                    admin = URI.create(matcher.group(2));
                    ready.complete(URI.create(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            // Its end breaks the stream.
        }
        ready.completeExceptionally(new IOException("it ended before it was ready"));
    }

    /** Waits for its ready line, and returns where it listens. */
    URI awaitReady() throws InterruptedException {
        try {
            return ready.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new SoakException("engine " + name + " did not get ready: " + lastWords(), e);
        }
    }

    /** Where its admin API listens, once it is ready. */
    URI admin() {
        return Objects.requireNonNull(admin, "it is not ready");
    }

    /** How long it took from its start to its ready line; -1 when that has not come. */
    long readyMillis() {
        return readyMillis;
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Ends it with SIGKILL and waits until it is gone. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends it SIGTERM, once, and does not wait: the second one would end it at once. */
    void askToStop() {
        if (!asked) {
            asked = true;
            process.toHandle().destroy();
        }
    }

    /** Ends it with SIGTERM; fails when it takes longer than its grace or ends otherwise than well. */
    void stop() throws InterruptedException {
        askToStop();
        if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
            kill();
            throw new SoakException("engine " + name + " did not end within " + STOP_MAX.toSeconds() + " s of SIGTERM");
        }
        if (process.exitValue() != 0) {
            throw new SoakException(
                    "engine " + name + " ended with status " + process.exitValue() + ": " + lastWords());
        }
    }

    /** The end of its log. */
    String lastWords() {
        try {
            var text = Files.exists(log) ? Files.readString(log) : "";
            return text.substring(Math.max(0, text.length() - TAIL_CHARS)).strip();
        } catch (IOException e) {
            return log + " cannot be read: " + e.getMessage();
        }
    }
}
