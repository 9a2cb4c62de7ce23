package dev.sluice.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Owns what a measurement starts: a temporary folder and child processes. {@link #close} ends and deletes all of it; so
 * does the end of this process, by Ctrl-C too.
 */
final class Lab implements AutoCloseable {
    private static final int END_SECONDS = 5;

    private final Path folder;
    private final List<String> engineFlags;
    private final Set<Process> children = ConcurrentHashMap.newKeySet();
    private boolean ended;
    private final Thread atExit = new Thread(this::release, "lab-end");

    Lab() throws IOException {
        this(List.of());
    }

    /** @param engineFlags what the JVM of every engine is started with beside a figure's own flags */
    Lab(List<String> engineFlags) throws IOException {
        this.engineFlags = List.copyOf(engineFlags);
        folder = Files.createTempDirectory("sluice-bench");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Further flags for the JVM of every engine. */
    List<String> engineFlags() {
        return engineFlags;
    }

    /** A path in the temporary folder; there may be no such file yet. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** Writes a file into the temporary folder. */
    Path write(String name, String text) throws IOException {
        return Files.writeString(file(name), text);
    }

    /** Copies a resource of this package into the temporary folder. */
    Path resource(String name) throws IOException {
        try (InputStream in = Lab.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("resource " + name + " is missing");
            }
            Files.write(file(name), in.readAllBytes());
            return file(name);
        }
    }

    /** Starts a process that lives no longer than this lab; fails once the lab has ended. */
    synchronized Process start(ProcessBuilder command) throws IOException {
        if (ended) {
            throw new IOException("the measurement was ended");
        }
        var process = command.start();
        children.removeIf(child -> !child.isAlive());
        children.add(process);
        return process;
    }

    /** The command that starts a class of this class path in a JVM of its own, on this JVM's Java. */
    static List<String> java(List<String> flags, String mainClass, List<String> args) {
        return java(flags, System.getProperty("java.class.path"), mainClass, args);
    }

    /** The command that starts a class of another class path, which may hold folders ending in {@code *}. */
    static List<String> java(List<String> flags, String classPath, String mainClass, List<String> args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(args);
        return command;
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
        children.forEach(Process::destroy);
        for (var child : children) {
            try {
                if (!child.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    child.destroyForcibly();
                }
            } catch (InterruptedException e) {
                child.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // A temporary folder that stays does no harm.
        }
    }
}
