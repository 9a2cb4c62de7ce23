package dev.sluice.load;

import dev.sluice.engine.scaling.Figures;
import dev.sluice.engine.scaling.ScalingPolicy;
import dev.sluice.engine.scaling.ScalingSimulation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The runs of policies side by side, and where the default one is behind another. */
final class ScalingTable {
    private static final List<Measure> MEASURES = List.of(
            new Measure("drain s", "%.1f", Figures::drainSeconds, 0.1),
            new Measure("slot-seconds", "%,.0f", Figures::slotSeconds, 1),
            new Measure("p99 wait s", "%.3f", Figures::waitP99Seconds, 0.02),
            new Measure("turns", "%.0f", Figures::directionChanges, 0));

    private ScalingTable() {}

    /**
     * A figure; less is better.
     *
     * @param same what makes no difference
     */
    private record Measure(String name, String format, ToDoubleFunction<Figures> value, double same) {
        String of(Figures figures) {
            return String.format(Locale.ROOT, format, value.applyAsDouble(figures));
        }

        boolean behind(Figures one, Figures other) {
            return value.applyAsDouble(one) > value.applyAsDouble(other) + same;
        }
    }

    /** One line per run under a head, and one per load for what the default policy is behind at; each line ended. */
    static String text(List<ScalingSimulation.Run> runs) {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-12s %-8s %8s %13s %11s %6s%n",
                "load",
                "policy",
                MEASURES.get(0).name(),
                MEASURES.get(1).name(),
                MEASURES.get(2).name(),
                MEASURES.get(3).name()));
        for (var run : runs) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-12s %-8s %8s %13s %11s %6s%n",
                    run.scenario(),
                    run.policy(),
                    MEASURES.get(0).of(run.figures()),
                    MEASURES.get(1).of(run.figures()),
                    MEASURES.get(2).of(run.figures()),
                    MEASURES.get(3).of(run.figures())));
        }
        byLoad(runs).forEach((load, ofLoad) -> text.append(verdict(load, ofLoad)));
        return text.toString();
    }

    private static String verdict(String load, List<ScalingSimulation.Run> runs) {
        var own = runs.stream()
                .filter(run -> run.policy().equals(ScalingPolicy.DEFAULT_NAME))
                .findFirst();
        if (own.isEmpty()) {
            return "";
        }
        var behind = new ArrayList<String>();
        for (var other : runs) {
            for (var measure : MEASURES) {
                if (measure.behind(own.get().figures(), other.figures())) {
                    behind.add(measure.name() + " (" + other.policy() + ")");
                }
            }
        }
        return load + ": " + ScalingPolicy.DEFAULT_NAME + " is "
                + (behind.isEmpty() ? "behind at nothing" : "behind at " + String.join(", ", behind)) + "\n";
    }

    /** The runs of each load, in their order. */
    static Map<String, List<ScalingSimulation.Run>> byLoad(List<ScalingSimulation.Run> runs) {
        var loads = new LinkedHashMap<String, List<ScalingSimulation.Run>>();
        runs.forEach(run ->
                loads.computeIfAbsent(run.scenario(), load -> new ArrayList<>()).add(run));
        return loads;
    }
}
