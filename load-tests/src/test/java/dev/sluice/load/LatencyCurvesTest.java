package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LatencyCurvesTest {
    private static final LatencyCurves CURVES = new LatencyCurves("call at <5>/s", sides());

    private static Map<String, Latencies> sides() {
        var sides = new LinkedHashMap<String, Latencies>();
        sides.put("engine", millis(1_000));
        sides.put("bare", millis(10));
        return sides;
    }

    /** From 1 ms to so many, each once. */
    private static Latencies millis(int most) {
        var latencies = new Latencies();
        for (var i = 1; i <= most; i++) {
            latencies.add(i * 1_000L);
        }
        return latencies;
    }

    @Test
    void tellsThePercentilesOfEachSideInItsOrder() {
        var lines = LatencyCurves.table(List.of(CURVES)).lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(1))
                .matches("call at <5>/s +engine +1000 +50\\d\\.\\d\\d +90\\d\\.\\d\\d +99\\d\\.\\d\\d .*");
        assertThat(lines.get(2)).matches("call at <5>/s +bare +10 +5\\.00 +9\\.0\\d +10\\.0\\d +10\\.0\\d +10\\.0\\d");
    }

    @Test
    void drawsEachSideUpToTheDecadeThatItsCountReaches() {
        var svg = LatencyCurves.svg(List.of(CURVES));

        assertThat(svg).contains("call at &lt;5&gt;/s", ">engine<", ">bare<", "99.9 %", "1,000 ms");
        var lines = Pattern.compile("<polyline points=\"([^\"]*)\"")
                .matcher(svg)
                .results()
                .map(found -> found.group(1).split(" "))
                .toList();
        assertThat(lines).hasSize(2);
        // Of 1,000 three decades, of 10 one, each of 140 beside the axis at 70.
        assertThat(lines.get(0)[lines.get(0).length - 1]).startsWith("490.0,");
        assertThat(lines.get(1)[lines.get(1).length - 1]).startsWith("210.0,");
    }

    @Test
    void drawsMoreLatencyHigher() {
        var last = Pattern.compile(" ([\\d.]+),([\\d.]+)\"").matcher(LatencyCurves.svg(List.of(CURVES)));

        assertThat(last.find()).isTrue();
        var engine = Double.parseDouble(last.group(2));
        assertThat(last.find()).isTrue();
        assertThat(engine).isLessThan(Double.parseDouble(last.group(2)));
    }

    @Test
    void kafkasCurvesHaveAllRoundsOfASideTogether() {
        var rounds = new LinkedHashMap<String, List<Latencies>>();
        rounds.put("engine", List.of(millis(10), millis(1_000)));
        rounds.put("core", List.of(millis(10)));

        var curves = LatencyFigure.curves(rounds);

        assertThat(curves.sides()).containsOnlyKeys("engine", "Parallel Consumer, core");
        assertThat(LatencyCurves.table(List.of(curves))).containsPattern("20 ms handler at 2,000/s +engine +1010 ");
    }

    @Test
    void ratesArePartsOfWhatTheClosedLoopReachedUnlessTheyAreGiven() {
        assertThat(LatencyRun.publish(List.of()).rates(40_000))
                .containsExactly(
                        Map.entry("publish at 10,000/s (25 %)", 10_000),
                        Map.entry("publish at 20,000/s (50 %)", 20_000),
                        Map.entry("publish at 30,000/s (75 %)", 30_000));
        assertThat(LatencyRun.call(List.of(7)).rates(40_000)).containsExactly(Map.entry("call at 7/s", 7));
    }
}
