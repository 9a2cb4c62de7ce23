package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node of a cluster: its settings and data on disk, and a process while it runs. Not for several threads. */
final class KafkaNode {
    private static final int END_SECONDS = 30;
    private static final int TAIL_CHARS = 2_000;

    private final NodePlan plan;
    private final Path settings;
    private final String classPath;
    private final List<String> flags;
    private @Nullable Process process;

    KafkaNode(NodePlan plan, Properties properties, String classPath, List<String> flags) throws IOException {
        this.plan = plan;
        this.classPath = classPath;
        this.flags = flags;
        settings = plan.folder().resolve("server.properties");
        Files.createDirectories(plan.folder());
        try (var out = Files.newBufferedWriter(settings)) {
            properties.store(out, null);
        }
    }

    NodePlan plan() {
        return plan;
    }

    /** Starts its process on the data that is there, and does not wait for it. Does nothing when it runs. */
    void start() throws IOException {
        if (runs()) {
            return;
        }
        var command = JavaCommand.of(
                log(), classPath, flags, NodeMain.class, List.of(plan.folder().toString(), settings.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    boolean runs() {
        return process != null && process.isAlive();
    }

    /** Ends it with SIGKILL, and waits until it is gone. */
    void kill() throws InterruptedException {
        var running = process;
        if (running != null) {
            // By its handle: the process's own destroy closes its input first, which it would heed.
            running.toHandle().destroyForcibly();
            running.waitFor(END_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Ends it with SIGTERM, so that it hands over what it leads, and with SIGKILL when that takes longer than 30 s. */
    void stop() throws InterruptedException {
        var running = process;
        if (running != null) {
            running.toHandle().destroy();
            if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    Path log() {
        return plan.folder().resolve("node.log");
    }

    private Path output() {
        return plan.folder().resolve("node.out");
    }

    /** The last that it said and logged. */
    String lastWords() {
        return "node " + plan.id() + ": " + tail(output()) + tail(log());
    }

    private static String tail(Path file) {
        try {
            var text = Files.exists(file) ? Files.readString(file) : "";
            return text.substring(Math.max(0, text.length() - TAIL_CHARS));
        } catch (IOException e) {
            return file + " cannot be read: " + e.getMessage();
        }
    }
}
