package dev.sluice.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.engine.scaling.LoadShape;
import dev.sluice.engine.scaling.ScalingPlot;
import dev.sluice.engine.scaling.ScalingSimulation;
import dev.sluice.engine.scaling.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares scaling policies, simulated and on real engines, and measures how fast an engine gets from none to many. */
@Command(
        name = "scaling",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares the default scaling policy with Knative's formula and a lag threshold (KEDA's formula).",
            "simulated: five loads of ten minutes in virtual time. real: two of them in a tenth of the time, each policy on",
            "an engine of its own. P13: from no instance to 1,000 running after a backlog of 100,000, and back to none.",
            "Less is better for every figure: the longest time that late events stood, slot-seconds, the wait of 99 of 100,",
            "and how often the number of slots turned from up to down or back."
        })
final class ScalingCommand implements Callable<Integer> {
    private static final List<LoadShape> SHAPES =
            List.of(LoadShape.STEP, LoadShape.SPIKE, LoadShape.SINE, LoadShape.POISSON, LoadShape.TRACE);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int LOAD_SECONDS = 60;
    private static final int QUICK_LOAD_SECONDS = 20;

    /** What may be asked for alone. */
    enum Part {
        simulated,
        real,
        P13
    }

    @Parameters(paramLabel = "PART", description = "simulated, real or P13; all when none is named.")
    private List<Part> parts = new ArrayList<>();

    @Option(names = "--quick", description = "Short loads and small backlogs, to see that all works. Not for figures.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    private @Nullable Path json;

    @Option(names = "--plots", paramLabel = "FOLDER", description = "Draws every load as SVG and PNG.")
    private @Nullable Path plots;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var seconds = quick ? QUICK_LOAD_SECONDS : LOAD_SECONDS;
        var runs = RealLoad.values().length * ScalingSimulation.compared().size();
        var planned = asked(Part.real) ? Duration.ofSeconds(runs * (seconds * 3L / 2 + 3)) : Duration.ZERO;
        var progress = new Progress(System.err, planned);
        var document = JSON.createObjectNode();
        if (asked(Part.simulated)) {
            progress.say("simulated: " + SHAPES.size() + " loads");
            document.set("simulated", told(simulated()));
        }
        if (asked(Part.real)) {
            document.set("real", told(real(progress, seconds)));
        }
        if (asked(Part.P13)) {
            try (var lab = new Lab()) {
                var figure = quick
                        ? new BurstFigure(lab, progress, 10_000, 2, 2)
                        : new BurstFigure(lab, progress, 100_000, 3, 5);
                var result = figure.measure();
                System.out.print(result.text());
                document.set("P13", JSON.valueToTree(result));
            }
        }
        if (json != null) {
            Files.writeString(json, JSON.writeValueAsString(document) + "\n");
        }
        return 0;
    }

    private boolean asked(Part part) {
        return parts.isEmpty() || parts.contains(part);
    }

    private static List<ScalingSimulation.Run> simulated() {
        var runs = new ArrayList<ScalingSimulation.Run>();
        for (var shape : SHAPES) {
            for (var policy : ScalingSimulation.compared()) {
                runs.add(ScalingSimulation.run(Scenario.of(shape), policy));
            }
        }
        return runs;
    }

    private static List<ScalingSimulation.Run> real(Progress progress, int seconds)
            throws IOException, InterruptedException {
        var runs = new ArrayList<ScalingSimulation.Run>();
        for (var load : RealLoad.values()) {
            for (var policy : ScalingSimulation.compared()) {
                progress.step("real " + load + " under " + policy.name(), Duration.ofSeconds(seconds * 3L / 2 + 3));
                try (var lab = new Lab()) {
                    runs.add(new RealScaling(lab, seconds).run(load, policy.name()));
                }
            }
        }
        return runs;
    }

    /** Prints and draws the runs. */
    private JsonNode told(List<ScalingSimulation.Run> runs) throws IOException {
        System.out.print(ScalingTable.text(runs));
        if (plots != null) {
            Files.createDirectories(plots);
            for (var load : ScalingTable.byLoad(runs).entrySet()) {
                var svg = ScalingPlot.svg(load.getValue());
                var name = "scaling-" + load.getKey().replace(' ', '-');
                Files.writeString(plots.resolve(name + ".svg"), svg);
                SvgPng.write(svg, plots.resolve(name + ".png"));
            }
        }
        var array = JSON.createArrayNode();
        for (var run : runs) {
            array.addObject()
                    .put("load", run.scenario())
                    .put("policy", run.policy())
                    .setAll((ObjectNode) JSON.valueToTree(run.figures()));
        }
        return array;
    }
}
