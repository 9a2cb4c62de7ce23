package dev.sluice.load;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures the pieces whose costs are kept in the repository; those that came out worse are measured again. */
final class JmhGate {
    private static final List<String> PIECES = List.of(
            "DecodeBenchmark.binary",
            "DecodeBenchmark.structured",
            "DecodeBenchmark.kafka",
            "ReadBenchmark.events",
            "DispatchBenchmark.calls",
            "CesqlBenchmark.evaluate",
            "FilterBenchmark.test",
            "FilterIndexBenchmark.find",
            "OffsetTrackerBenchmark.beginAndSettle",
            "CommitMetadataBenchmark.encode");
    private static final int TRIES = 3;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final PrintStream progress;

    JmhGate(PrintStream progress) {
        this.progress = progress;
    }

    /** All pieces, each once. */
    JmhFigures measure() throws RunnerException {
        return run(PIECES);
    }

    /** All pieces, those that are worse than the kept ones up to three times: only what stays worse is. */
    JmhFigures measureAgainst(JmhFigures kept) throws RunnerException {
        var found = measure();
        for (var again = 1; again < TRIES; again++) {
            var worse = found.worseThan(kept);
            if (worse.isEmpty()) {
                break;
            }
            progress.println("measured again: " + String.join(", ", worse));
            found = found.best(
                    run(worse.stream().map(JmhGate::benchmark).distinct().toList()));
        }
        return found;
    }

    private static String benchmark(String name) {
        return name.replaceAll("\\(.*", "");
    }

    private JmhFigures run(List<String> benchmarks) throws RunnerException {
        var options = new OptionsBuilder()
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .forks(1)
                .warmupIterations(4)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1));
        var asked = new ArrayList<>(benchmarks);
        asked.add(JmhFigures.YARDSTICK);
        asked.forEach(name -> options.include("\\." + Pattern.quote(name) + "$"));
        progress.println("measuring " + String.join(", ", asked));
        return figures(new Runner(options.build()).run());
    }

    private static JmhFigures figures(Collection<RunResult> results) {
        var yardstick = results.stream()
                .filter(result -> name(result.getParams()).equals(JmhFigures.YARDSTICK))
                .findFirst()
                .orElseThrow(() -> new BenchException("the yardstick was not measured"))
                .getPrimaryResult()
                .getScore();
        var pieces = new TreeMap<String, JmhFigures.Piece>();
        for (var result : results) {
            var name = name(result.getParams());
            if (!name.equals(JmhFigures.YARDSTICK)) {
                var bytes = Objects.requireNonNull(
                                result.getSecondaryResults().get(ALLOCATED), "the garbage profiler was added")
                        .getScore();
                pieces.put(
                        name,
                        new JmhFigures.Piece(
                                Math.round(bytes),
                                Math.round(result.getPrimaryResult().getScore() / yardstick * 1e6) / 1e6));
            }
        }
        return new JmhFigures(pieces);
    }

    /** The class and method, and the parameters in brackets when there are some. */
    private static String name(BenchmarkParams params) {
        var name = params.getBenchmark().replaceFirst("^.*\\.([^.]+\\.[^.]+)$", "$1");
        var keys = params.getParamsKeys();
        return keys.isEmpty()
                ? name
                : name + "("
                        + String.join(", ", keys.stream().map(params::getParam).toList()) + ")";
    }
}
