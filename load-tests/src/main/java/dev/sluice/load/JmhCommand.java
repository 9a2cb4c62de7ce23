package dev.sluice.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs the JMH benchmarks of the pieces. */
@Command(
        name = "jmh",
        customSynopsis = "bench jmh [JMH OPTIONS] [REGEXP...]",
        description =
                "Runs the JMH benchmarks with its garbage profiler. Takes JMH's own options: -l lists, -f 0 does not fork.")
final class JmhCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws RunnerException, CommandLineOptionException {
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
