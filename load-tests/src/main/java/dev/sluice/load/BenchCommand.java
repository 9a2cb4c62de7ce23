package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            "P1 publish over HTTP, P2 structured against binary, P3 decoding, P14 function calls. HTTP load is made by wrk.",
            "Other work on the machine blurs the figures: measure on a quiet one."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "What to measure: P1 P2 P3 P14. All when none is named.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--quick", description = "Short rounds, to see that all works. Not for figures.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the rows as JSON.")
    private @Nullable Path json;

    @Option(names = "--picture", paramLabel = "FILE.svg", description = "Draws the ratios.")
    private @Nullable Path picture;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var figures = chosen();
        var plan = quick ? Plan.QUICK : Plan.FULL;
        var total = figures.stream().map(figure -> figure.planned(plan)).reduce(Duration.ZERO, Duration::plus);
        var progress = new Progress(System.err, total);
        if (quick) {
            progress.say("quick: warm-up and rounds are too short for figures that others can rely on");
        }
        var rows = new ArrayList<Row>();
        var failures = new ArrayList<String>();
        var reached = Duration.ZERO;
        for (var figure : figures) {
            try (var lab = new Lab()) {
                rows.addAll(figure.measure(lab, plan, progress));
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

    private void write(List<Row> rows) throws IOException {
        if (json != null) {
            Files.writeString(json, Report.json(rows));
        }
        if (picture != null) {
            Files.writeString(picture, Picture.svg(rows));
        }
    }

    private List<Figure> chosen() {
        var all = all();
        if (names.isEmpty()) {
            return List.copyOf(all.values());
        }
        var chosen = new ArrayList<Figure>();
        for (var name : names) {
            var figure = all.get(name.toUpperCase(Locale.ROOT));
            if (figure == null) {
                throw new ParameterException(
                        Objects.requireNonNull(spec).commandLine(),
                        "there is no figure '" + name + "': it must be one of " + String.join(", ", all.keySet()));
            }
            chosen.add(figure);
        }
        return chosen;
    }

    private static Map<String, Figure> all() {
        var all = new LinkedHashMap<String, Figure>();
        for (var figure :
                List.of(HttpFigure.publish(), HttpFigure.structured(), new DecodeFigure(), HttpFigure.call())) {
            all.put(figure.id(), figure);
        }
        return all;
    }
}
