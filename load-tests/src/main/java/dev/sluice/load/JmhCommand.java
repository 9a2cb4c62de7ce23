package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Runs the JMH benchmarks of the pieces. */
@Command(
        name = "jmh",
        customSynopsis = "bench jmh [JMH OPTIONS] [REGEXP...]",
        description = {
            "Runs the JMH benchmarks with its garbage profiler. Takes JMH's own options: -l lists, -f 0 does not fork.",
            "--check measures the pieces whose costs the repository keeps, about five minutes, and exits with 1 when one",
            "costs over 15 % more bytes, or more time by the time that the CloudEvents SDK takes for one event."
        })
final class JmhCommand implements Callable<Integer> {
    @Option(names = "--check", description = "Compares with the costs that the repository keeps.")
    private boolean check;

    @Option(names = "--record", paramLabel = "FILE", description = "Writes the costs as the repository keeps them.")
    private @Nullable Path record;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws RunnerException, CommandLineOptionException, IOException {
        if (record != null) {
            Files.writeString(record, new JmhGate(System.err).measure().json());
            return 0;
        }
        return check ? check() : run();
    }

    private static int check() throws RunnerException, IOException {
        var kept = JmhFigures.kept();
        if (kept == null) {
            throw new BenchException("the repository keeps no costs: write them with bench jmh --record FILE");
        }
        var found = new JmhGate(System.err).measureAgainst(kept);
        System.out.print(found.text(kept));
        var worse = found.worseThan(kept);
        System.out.println(worse.isEmpty() ? "no piece costs more" : "costs more: " + String.join(", ", worse));
        return worse.isEmpty() ? 0 : 1;
    }

    private int run() throws RunnerException, CommandLineOptionException {
        var given = new CommandLineOptions(arguments.toArray(String[]::new));
        var runner = new Runner(
                new OptionsBuilder().parent(given).addProfiler(GCProfiler.class).build());
        if (given.shouldList()) {
            runner.list();
        } else {
            runner.run();
        }
        return 0;
    }
}
