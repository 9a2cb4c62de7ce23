package dev.sluice.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A peer that is a Maven project of its own below {@code load-tests/peers}, and no module of the build: its versions are
 * its own, and nothing of it gets near the engine. It is built when a figure asks for it, and again when its sources or
 * the load tests are newer.
 *
 * @param folder the project
 * @param jar the load tests' own, with the dial
 * @param maven the command that builds it
 */
record PeerProject(Path folder, Path jar, String maven) {
    private static final int GRACE_SECONDS = 5;
    private static final Duration BUILD_MAX = Duration.ofMinutes(10);
    private static final int TELL_EVERY = 50;
    private static final int ERRORS_MAX = 5;
    private static final String ERROR = "[ERROR] ";
    private static final Pattern UNREACHED = Pattern.compile(
            "(?i).*(could not transfer|cannot access|unknown host|connection (refused|timed out)|offline mode).*");

    /** The peer of this name, as {@code ./sluice bench} finds it. */
    static PeerProject named(String name) {
        var root = System.getProperty("sluice.root");
        if (root == null) {
            throw new BenchException("the peers' projects are not found: start this by ./sluice bench");
        }
        return new PeerProject(Path.of(root, "load-tests", "peers", name), ownJar(), "mvn");
    }

    private static Path ownJar() {
        try {
            return Path.of(PeerProject.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new BenchException("this class path can't be told to another process", e);
        }
    }

    /** Its classes, what they need, and last the load tests; builds it first when it must. */
    String classPath(Lab lab, Progress progress) throws IOException, InterruptedException {
        if (isOld()) {
            build(lab, progress);
        }
        var parts = Stream.of(target().resolve("classes"), libraries().resolve("*"), jar);
        return String.join(
                System.getProperty("path.separator"), parts.map(Path::toString).toList());
    }

    /** The version of a library that it runs with; fails when it was not built or has no such library. */
    String version(String artifact) throws IOException {
        var jars = Pattern.compile(Pattern.quote(artifact) + "-(\\d.*)\\.jar");
        try (var files = Files.list(libraries())) {
            return files.map(file -> jars.matcher(file.getFileName().toString()))
                    .filter(matcher -> matcher.matches())
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElseThrow(() -> new IOException(folder.getFileName() + " has no " + artifact));
        }
    }

    private Path target() {
        return folder.resolve("target");
    }

    private Path libraries() {
        return target().resolve("peer/lib");
    }

    private Path stamp() {
        return target().resolve("peer/built");
    }

    private boolean isOld() throws IOException {
        if (!Files.exists(stamp())) {
            return true;
        }
        var built = Files.getLastModifiedTime(stamp());
        try (var sources = Files.walk(folder.resolve("src"))) {
            return Stream.concat(sources, Stream.of(folder.resolve("pom.xml"), jar))
                    .anyMatch(file -> isNewer(file, built));
        }
    }

    private static boolean isNewer(Path file, FileTime than) {
        try {
            return Files.getLastModifiedTime(file).compareTo(than) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void build(Lab lab, Progress progress) throws IOException, InterruptedException {
        progress.say("building the peer " + folder.getFileName() + " (the first time Maven downloads what it needs)");
        var begun = FileTime.from(Instant.now());
        Files.deleteIfExists(stamp());
        removeLibraries();
        Files.createDirectories(libraries());
        var log = new ArrayList<String>();
        var built = run(lab, progress, log);
        var file = Files.write(target().resolve("peer/build.log"), log);
        if (!built) {
            throw new BenchException("the peer " + folder.getFileName() + " could not be built: " + why(log)
                    + "\nThe whole log: " + file);
        }
        Files.writeString(stamp(), "");
        Files.setLastModifiedTime(stamp(), begun);
    }

    /** What an older build left would stand on the class path beside what a newer one brings. */
    private void removeLibraries() throws IOException {
        if (Files.exists(libraries())) {
            try (var old = Files.list(libraries())) {
                for (var file : old.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private boolean run(Lab lab, Progress progress, List<String> log) throws IOException, InterruptedException {
        var command = new ProcessBuilder(maven, "-B", "process-classes", "-Dload-tests.jar=" + jar)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = start(lab, command);
        var late = CompletableFuture.delayedExecutor(BUILD_MAX.toSeconds(), TimeUnit.SECONDS);
        var limit = CompletableFuture.runAsync(process::destroyForcibly, late);
        var downloads = 0;
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                if (line.contains("Downloaded from ") && ++downloads % TELL_EVERY == 0) {
                    progress.say("  " + downloads + " files downloaded");
                }
            }
        }
        // Its output has ended.
        var ended = process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS) && !limit.isDone();
        limit.cancel(false);
        if (!ended) {
            process.destroyForcibly();
            throw new BenchException("the build of " + folder.getFileName() + " did not end");
        }
        return process.exitValue() == 0;
    }

    private Process start(Lab lab, ProcessBuilder command) {
        try {
            return lab.start(command);
        } catch (IOException e) {
            throw new BenchException(
                    "the peer " + folder.getFileName() + " needs Maven to be built, and " + maven
                            + " does not start. Debian and Ubuntu: apt-get install maven",
                    e);
        }
    }

    /** What Maven's output says of its failure, in a few lines. */
    static String why(List<String> log) {
        var errors = log.stream()
                .filter(line -> line.startsWith(ERROR))
                .map(line -> line.substring(ERROR.length())
                        .replace(" -> [Help 1]", "")
                        .strip())
                .filter(line -> !line.isEmpty() && !line.startsWith("[Help") && !line.contains("the Maven"))
                .distinct()
                .toList();
        var unreached = errors.stream()
                .filter(line -> UNREACHED.matcher(line).matches())
                .findFirst();
        if (unreached.isPresent()) {
            return "Maven can't reach a repository that has what it needs\n  " + unreached.get();
        }
        return errors.isEmpty()
                ? "Maven gave no reason"
                : String.join("\n  ", errors.stream().limit(ERRORS_MAX).toList());
    }
}
