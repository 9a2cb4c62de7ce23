package dev.sluice.load.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Owns what a soak starts: a temporary folder and child processes. {@link #close} kills the processes, and so does the
 * end of this JVM; the folder is deleted unless it is {@link #keep kept} for a look at what went wrong.
 */
final class Workplace implements AutoCloseable {
    private static final int END_SECONDS = 5;

    private final Path folder;
    private final Set<Process> children = ConcurrentHashMap.newKeySet();
    private final Thread atExit = new Thread(this::release, "soak-end");
    private volatile boolean kept;
    private boolean ended;

    Workplace() throws IOException {
        folder = Files.createTempDirectory("sluice-soak");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    Path folder() {
        return folder;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Leaves the folder where it is. */
    void keep() {
        kept = true;
    }

    /** Starts a process that lives no longer than this; fails once all has ended. */
    synchronized Process start(ProcessBuilder command) throws IOException {
        if (ended) {
            throw new IOException("the soak was ended");
        }
        var process = command.start();
        children.removeIf(child -> !child.isAlive());
        children.add(process);
        return process;
    }

    @Override
    public void close() {
        release();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM ends already, and the hook runs.
        }
    }

    private synchronized void release() {
        ended = true;
        children.forEach(Process::destroyForcibly);
        for (var child : children) {
            try {
                child.waitFor(END_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (kept) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // A temporary folder that stays does no harm.
        }
    }
}
