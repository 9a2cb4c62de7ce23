package dev.sluice.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures figures and prints them as a table, and on request as JSON and as a picture. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the engine against its peers, in turns on this machine, and prints the ratios of the medians.",
            "P1 publish over HTTP, P2 structured against binary, P3 decoding, P13 a burst from zero, P14 function calls,",
            "P15 memory, P16 start, P17 many triggers of one group. HTTP load is made by wrk.",
            "P4 HTTP to Kafka, P5 Kafka to a function, P6 in batches, P7 slow functions, P8 and P9 pace and CPU against",
            "Parallel Consumer, P10 latency, P11 key order, P12 many slots, P18 one engine against four, G5 what one stuck",
            "key costs the others.",
            "Beside other engines, without an aim: P1-vertx, P14-vertx, P14-spring-cloud-function,",
            "P5-spring-cloud-stream, P6-spring-cloud-stream, P8-spring-cloud-stream, P5-smallrye, P6-smallrye. Maven builds",
            "each of these engines when it is first asked for. P1-tuned, P5-tuned, P6-tuned and P14-tuned: peers with the",
            "engine's own settings of sockets and loops in place of their defaults.",
            "Other work on the machine blurs the figures: measure on a quiet one."
        })
final class BenchCommand implements Callable<Integer> {
    private static final int ROUND_SECONDS_MAX = 600;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description = {
                "What to measure: P1 to P18, G5, P1-vertx and the like; goals, which is P1 to G5; peers, which is the",
                "rows beside other engines. Goals when none is named."
            })
    private List<String> names = new ArrayList<>();

    @Option(names = "--quick", description = "Short rounds, to see that all works. Not for figures.")
    private boolean quick;

    @Option(names = "--round", paramLabel = "SECONDS", description = "The length of a round: 10, or 2 with --quick.")
    private @Nullable Integer roundSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the rows as JSON.")
    private @Nullable Path json;

    @Option(names = "--picture", paramLabel = "FILE.svg", description = "Draws the ratios.")
    private @Nullable Path picture;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "A Kafka that runs, for P4 to P12 and G5; its topics stay. A throw-away one if absent.")
    private @Nullable String kafka;

    @Option(
            names = "--engine-flag",
            paramLabel = "FLAG",
            description = "A flag for the JVM of every engine, such as a profiler's. May be repeated.")
    private List<String> engineFlags = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var ground = new KafkaGround(kafka)) {
            return measure(chosen(ground));
        }
    }

    private int measure(Figures.Choice choice) throws IOException, InterruptedException {
        var plan = plan();
        var figures = choice.figures();
        var total = figures.stream().map(figure -> figure.planned(plan)).reduce(Duration.ZERO, Duration::plus);
        var progress = new Progress(System.err, total);
        if (quick) {
            progress.say("quick: warm-up and rounds are too short for figures that others can rely on");
        }
        var rows = new ArrayList<Row>();
        var failures = new ArrayList<String>();
        var reached = Duration.ZERO;
        for (var figure : figures) {
            progress.say(figure.id() + " " + figure.what() + "; load of the machine before: " + loadAverage());
            try (var lab = new Lab(engineFlags)) {
                figure.measure(lab, plan, progress).stream()
                        .filter(row -> choice.ids().contains(row.id()))
                        .forEach(rows::add);
            } catch (BenchException | IOException e) {
                failures.add(figure.id() + " was not measured: " + e.getMessage());
            }
            reached = reached.plus(figure.planned(plan));
            progress.reached(reached);
        }
        System.out.print(rows.isEmpty() ? "" : Report.table(rows));
        write(rows);
        failures.forEach(System.err::println);
        return failures.isEmpty() ? 0 : 1;
    }

    private Plan plan() {
        var plan = quick ? Plan.QUICK : Plan.FULL;
        if (roundSeconds == null) {
            return plan;
        }
        if (roundSeconds < 1 || roundSeconds > ROUND_SECONDS_MAX) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "--round must be from 1 to " + ROUND_SECONDS_MAX);
        }
        return new Plan(plan.warmUp(), plan.rounds(), Duration.ofSeconds(roundSeconds));
    }

    private void write(List<Row> rows) throws IOException {
        if (json != null) {
            Files.writeString(json, Report.json(rows));
        }
        if (picture != null) {
            Files.writeString(picture, Picture.svg(rows));
        }
    }

    private static String loadAverage() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private Figures.Choice chosen(KafkaGround ground) {
        try {
            return Figures.on(ground).choose(names);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Objects.requireNonNull(spec).commandLine(), e.getMessage(), e);
        }
    }
}
