package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.scaling.Figures;
import dev.sluice.engine.scaling.LoadShape;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScalingPlot;
import dev.sluice.engine.scaling.ScalingPolicy;
import dev.sluice.engine.scaling.ScalingSimulation;
import dev.sluice.engine.scaling.Scenario;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench scaling} makes of what it saw. */
class ScalingBenchTest {
    @TempDir
    Path folder;

    @Test
    void playsTheSimulatorsLoadsInATenthOfTheirTime() {
        assertThat(RealLoad.STEP.due(6, 60)).isEqualTo(120);
        assertThat(RealLoad.STEP.due(24, 60)).isEqualTo(480 + 18 * 380);
        assertThat(RealLoad.STEP.due(90, 60)).isEqualTo(RealLoad.STEP.due(60, 60));
        assertThat(RealLoad.SPIKE.due(5.9, 60)).isEqualTo(118);
        assertThat(RealLoad.SPIKE.due(6, 60)).isEqualTo(3_120);
    }

    @Test
    void countsTheLongestTimeThatLateEventsStood() {
        var begun = List.of(begun(0, 0.5), begun(1, 4), begun(2, 5), begun(10, 12), begun(20, 20.1));

        assertThat(RealScaling.drainSeconds(begun)).isEqualTo(3, within(1e-6));
        assertThat(RealScaling.drainSeconds(List.of(begun(0, 0.9)))).isZero();
        assertThat(RealScaling.drainSeconds(List.of())).isZero();
    }

    @Test
    void takesTheWaitOfNinetyNineOfAHundred() {
        var begun =
                IntStream.range(0, 200).mapToObj(i -> begun(i, i + i / 100.0)).toList();

        assertThat(RealScaling.waitP99(begun)).isEqualTo(1.98, within(1e-6));
        assertThat(RealScaling.waitP99(List.of())).isZero();
    }

    @Test
    void countsHowOftenTheNumberOfSlotsTurned() {
        assertThat(RealScaling.directionChanges(rows(0, 4, 8, 8, 4, 4, 0))).isEqualTo(1);
        assertThat(RealScaling.directionChanges(rows(4, 4, 4))).isZero();
        assertThat(RealScaling.directionChanges(rows(0, 4, 0, 4))).isEqualTo(2);
    }

    @Test
    void saysAtWhatTheDefaultPolicyIsBehind() {
        var text = ScalingTable.text(List.of(
                run("step", "demand", new Figures(1, 300, 0.5, 1)),
                run("step", "knative", new Figures(2, 200, 0.5, 1)),
                run("spike", "demand", new Figures(1, 100, 0.5, 1)),
                run("spike", "keda", new Figures(1.05, 100, 0.49, 2))));

        assertThat(text)
                .contains("step         demand        1.0           300       0.500      1")
                .contains("step: demand is behind at slot-seconds (knative)\n")
                .contains("spike: demand is behind at nothing\n");
    }

    @Test
    void drawsAPlotAsAPictureWithTheSameColours() throws IOException {
        var policy = ScalingSimulation.compared().get(0);
        var svg = ScalingPlot.svg(List.of(ScalingSimulation.run(Scenario.of(LoadShape.STEP), policy)));
        var file = folder.resolve("step.png");

        SvgPng.write(svg, file);

        var image = ImageIO.read(file.toFile());
        assertThat(svg).contains("width=\"" + image.getWidth() + "\"", "height=\"" + image.getHeight() + "\"");
        assertThat(image.getRGB(1, 1) & 0xffffff).isEqualTo(0xffffff);
        assertThat(colours(image)).contains(0x1f5fa8, 0xb35c1e, 0x2a7d4f);
        assertThat(Files.size(file)).isGreaterThan(1_000);
    }

    @Test
    void installsTheThresholdRuleForEnginesOfTheBench() {
        assertThat(ScalingPolicy.installed(getClass().getClassLoader()))
                .containsKeys("demand", "knative", "fixed", "keda");
    }

    private static Set<Integer> colours(BufferedImage image) {
        var colours = new HashSet<Integer>();
        for (var x = 0; x < image.getWidth(); x++) {
            for (var y = 0; y < image.getHeight(); y++) {
                colours.add(image.getRGB(x, y) & 0xffffff);
            }
        }
        return colours;
    }

    private static ServedEngine.Begun begun(double sentSecond, double begunSecond) {
        return new ServedEngine.Begun((long) (sentSecond * 1e6), (long) (begunSecond * 1e6));
    }

    private static List<ScalingSimulation.Row> rows(int... wanted) {
        return Arrays.stream(wanted)
                .mapToObj(slots -> new ScalingSimulation.Row(0, 0, 0, slots, 0, 0, 0, Reason.NEED))
                .toList();
    }

    private static ScalingSimulation.Run run(String load, String policy, Figures figures) {
        return new ScalingSimulation.Run(load, policy, List.of(), figures, List.of());
    }
}
