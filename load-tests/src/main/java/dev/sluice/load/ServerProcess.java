package dev.sluice.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own: the engine, or its peer. */
final class ServerProcess {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    private static final long LOOK_MILLIS = 50;
    private static final int ERROR_CHARS_MAX = 4_000;
    private static final Pattern READY =
            Pattern.compile("(?:ready|sluice ready: ingress)(?: (http://\\S+))?(?: admin (http://\\S+))?.*");

    private final String name;
    private final Process process;
    private final Path errors;
    private final @Nullable URI ingress;
    private final @Nullable URI admin;

    private ServerProcess(String name, Process process, Path errors, Matcher ready) {
        this.name = name;
        this.process = process;
        this.errors = errors;
        ingress = ready.group(1) == null ? null : URI.create(ready.group(1));
        admin = ready.group(2) == null ? null : URI.create(ready.group(2));
    }

    /** Starts Sluice on free ports with this manifest, and waits until it is ready. */
    static ServerProcess engine(Lab lab, String manifest, List<String> flags) throws IOException, InterruptedException {
        var file = lab.write("sluice-" + System.nanoTime() + ".yaml", manifest);
        var args = List.of("run", "-f", file.toString(), "--port", "0", "--admin-port", "0");
        var all = new ArrayList<>(flags);
        all.addAll(lab.engineFlags());
        var engine = start(lab, "engine", Lab.java(all, "dev.sluice.server.Main", args));
        engine.awaitReady();
        return engine;
    }

    /** A node serves before its broker does: its topics may still be looked for. */
    private void awaitReady() throws IOException, InterruptedException {
        var client = HttpClient.newHttpClient();
        var request = HttpRequest.newBuilder(URI.create(admin() + "/health/ready"))
                .timeout(START_MAX)
                .build();
        var end = System.nanoTime() + START_MAX.toNanos();
        while (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
            mustRun();
            if (System.nanoTime() > end) {
                throw new IOException(name + " did not get ready: " + tail(errors));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Starts a server that says where it listens in its ready line, and waits for that line. */
    static ServerProcess start(Lab lab, String name, List<String> command) throws IOException, InterruptedException {
        var errors = lab.file(name + "-" + System.nanoTime() + ".err");
        var process = lab.start(new ProcessBuilder(command).redirectError(errors.toFile()));
        var ready = new CompletableFuture<Matcher>();
        var reader = new Thread(() -> read(process, ready), name + "-stdout");
        reader.setDaemon(true);
        reader.start();
        try {
            return new ServerProcess(name, process, errors, ready.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IOException(name + " did not get ready: " + tail(errors), e);
        }
    }

    private static void read(Process process, CompletableFuture<Matcher> ready) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var matcher = READY.matcher(line);
                if (matcher.matches()) {
                    ready.complete(matcher);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("it ended before it was ready"));
    }

    /** Where it listens; fails for a peer that does not. */
    URI ingress() {
        if (ingress == null) {
            throw new IllegalStateException(name + " has no port");
        }
        return ingress;
    }

    /** Where the engine's admin interface listens; fails for a peer, which has none. */
    URI admin() {
        if (admin == null) {
            throw new IllegalStateException(name + " has no admin port");
        }
        return admin;
    }

    /** Fails with the last words of the process unless it still runs. */
    void mustRun() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(name + " ended with status " + process.exitValue() + ": " + tail(errors));
        }
    }

    /** The CPU time that it took so far, in steps of a hundredth of a second where the system counts so. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Asks its JVM for a full collection, so that what is left on the heap is alive. */
    void collectGarbage(Lab lab) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var command = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.run").redirectErrorStream(true);
        var run = lab.start(command.redirectOutput(ProcessBuilder.Redirect.DISCARD));
        if (!run.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS) || run.exitValue() != 0) {
            throw new IOException(jcmd + " could not collect the garbage of " + name);
        }
    }

    /** Ends the process at once; waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends the process with SIGTERM, which lets it finish what is in flight, and returns its exit status. */
    int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(name + " did not end within " + STOP_MAX.toSeconds() + " s of SIGTERM");
        }
        return process.exitValue();
    }

    private static String tail(Path errors) throws IOException {
        var text = Files.exists(errors) ? Files.readString(errors) : "";
        return text.substring(Math.max(0, text.length() - ERROR_CHARS_MAX)).strip();
    }
}
