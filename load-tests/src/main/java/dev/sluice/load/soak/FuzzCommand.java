package dev.sluice.load.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Searches for inputs that break the fuzz tests, one test after another, each in a Maven run of its own. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Searches for inputs that break the fuzz tests, one test after another. An input that does is kept among the",
            "test's resources, where the test command runs it from then on. Prints runs, seconds and findings of each;",
            "exits with 1 when something was found or a search could not be carried out."
        })
final class FuzzCommand implements Callable<Integer> {
    private static final int SECONDS_MAX = 86_400;
    private static final int LINES_MAX = 4_000;
    /** What the fuzzer says while it searches; the rest of its output is what it found. */
    private static final String PROGRESS = "#";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description = "Part of a test's class or method, such as json; all of them when none is named.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long each test is searched (${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (seconds < 1 || seconds > SECONDS_MAX) {
            throw mistake("--seconds must be from 1 to " + SECONDS_MAX);
        }
        var root = Path.of(System.getProperty("sluice.root", ""));
        if (!Files.exists(root.resolve("pom.xml"))) {
            throw mistake("the fuzz tests are not found: start this by ./sluice soak fuzz");
        }
        var outcomes = new ArrayList<FuzzOutcome>();
        var failures = new ArrayList<String>();
        try (var place = new Workplace()) {
            for (var target : chosen(FuzzTarget.find(root))) {
                System.err.printf("%s for %d s%n", target.name(), seconds);
                try {
                    outcomes.add(search(place, root, target));
                } catch (SoakException e) {
                    place.keep();
                    failures.add(e.getMessage());
                }
            }
        }
        System.out.print(outcomes.isEmpty() ? "" : FuzzOutcome.table(outcomes));
        failures.forEach(System.err::println);
        return failures.isEmpty()
                        && outcomes.stream()
                                .allMatch(outcome -> outcome.findings().isEmpty())
                ? 0
                : 1;
    }

    private List<FuzzTarget> chosen(List<FuzzTarget> all) {
        for (var name : names) {
            if (all.stream().noneMatch(target -> isMeant(target, name))) {
                throw mistake("there is no fuzz test '" + name + "': it must be part of one of "
                        + all.stream().map(FuzzTarget::name).collect(Collectors.joining(", ")));
            }
        }
        return all.stream()
                .filter(target -> names.isEmpty() || names.stream().anyMatch(name -> isMeant(target, name)))
                .toList();
    }

    private static boolean isMeant(FuzzTarget target, String name) {
        return target.name().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT));
    }

    private FuzzOutcome search(Workplace place, Path root, FuzzTarget target) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-pl",
                        target.module().toString(),
                        "-am",
                        "test",
                        "-Dtest=" + target.name(),
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-Denforcer.skip=true",
                        "-Dspotless.check.skip=true",
                        "-Djazzer.hooks=true",
                        "-Djazzer.max_duration=" + seconds + "s")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("JAZZER_FUZZ", "1");
        var process = place.start(builder);
        var lines = new ArrayList<String>();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                if (!line.startsWith(PROGRESS) && lines.size() < LINES_MAX) {
                    lines.add(line);
                }
            }
        }
        var status = process.waitFor();
        try {
            var outcome = FuzzOutcome.read(target.name(), lines);
            if (status != 0 && outcome.findings().isEmpty()) {
                throw new SoakException(target.name() + " failed without a finding");
            }
            return outcome;
        } catch (SoakException e) {
            var log = Files.write(place.file(target.name() + ".log"), lines);
            throw new SoakException(e.getMessage() + "; what Maven said: " + log, e);
        }
    }

    private ParameterException mistake(String what) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), what);
    }
}
