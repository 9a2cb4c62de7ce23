package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures latencies in open loops, prints their percentiles, and draws them. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures latency in open loops: requests are due at fixed times whatever becomes of those before, and latency",
            "counts from then on. publish: an event to a topic, answered 202. call: an echo function, answered 200. Both",
            "beside Reactor Netty alone, at 25, 50 and 75 % of what the slower side reaches in a closed loop of as many",
            "connections, 64. kafka: P10, from Kafka to the end of a 20 ms handler, beside Parallel Consumer and a raw",
            "consumer. Percentiles are of all rounds of a side; a full run takes about 13 minutes."
        })
final class LatencyCommand implements Callable<Integer> {
    private static final int ROUND_SECONDS_MAX = 600;
    private static final int RATE_MAX = 1_000_000;

    /** What may be asked for alone. */
    enum Part {
        publish,
        call,
        kafka
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "PART", description = "publish, call or kafka; all when none is named.")
    private List<Part> parts = new ArrayList<>();

    @Option(
            names = "--rates",
            paramLabel = "N",
            split = ",",
            description = "Requests a second of publish and call, in place of parts of the closed loop's.")
    private List<Integer> rates = new ArrayList<>();

    @Option(names = "--quick", description = "Short rounds, to see that all works. Not for figures.")
    private boolean quick;

    @Option(names = "--round", paramLabel = "SECONDS", description = "The length of a round: 10, or 2 with --quick.")
    private @Nullable Integer roundSeconds;

    @Option(names = "--picture", paramLabel = "FILE.svg", description = "Draws the percentiles.")
    private @Nullable Path picture;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (roundSeconds != null && (roundSeconds < 1 || roundSeconds > ROUND_SECONDS_MAX)) {
            throw wrong("--round must be from 1 to " + ROUND_SECONDS_MAX);
        }
        if (rates.stream().anyMatch(rate -> rate < 1 || rate > RATE_MAX)) {
            throw wrong("--rates must each be from 1 to " + RATE_MAX);
        }
        var base = quick ? Plan.QUICK : Plan.FULL;
        var plan =
                roundSeconds == null ? base : new Plan(base.warmUp(), base.rounds(), Duration.ofSeconds(roundSeconds));
        var curves = measure(plan);
        System.out.print(LatencyCurves.table(curves));
        if (picture != null) {
            Files.writeString(picture, LatencyCurves.svg(curves));
        }
        return 0;
    }

    private ParameterException wrong(String why) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), why);
    }

    private List<LatencyCurves> measure(Plan plan) throws IOException, InterruptedException {
        var curves = new ArrayList<LatencyCurves>();
        var runs = new ArrayList<LatencyRun>();
        if (asked(Part.publish)) {
            runs.add(LatencyRun.publish(rates));
        }
        if (asked(Part.call)) {
            runs.add(LatencyRun.call(rates));
        }
        try (var ground = new KafkaGround(null)) {
            var kafka = new LatencyFigure(ground, curves::add);
            var total = runs.stream().map(run -> run.planned(plan)).reduce(Duration.ZERO, Duration::plus);
            var progress = new Progress(System.err, asked(Part.kafka) ? total.plus(kafka.planned(plan)) : total);
            for (var run : runs) {
                try (var lab = new Lab()) {
                    curves.addAll(run.measure(lab, plan, progress));
                }
            }
            if (asked(Part.kafka)) {
                try (var lab = new Lab()) {
                    kafka.measure(lab, plan, progress);
                }
            }
        }
        return curves;
    }

    private boolean asked(Part part) {
        return parts.isEmpty() || parts.contains(part);
    }
}
