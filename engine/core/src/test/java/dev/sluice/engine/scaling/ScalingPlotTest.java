package dev.sluice.engine.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class ScalingPlotTest {
    private static final String PLOT = plot();

    private static String plot() {
        var scenario = Scenario.of(LoadShape.STEP).named("step <1>");
        return ScalingPlot.svg(List.of(
                ScalingSimulation.run(scenario, new DemandPolicy()),
                ScalingSimulation.run(scenario, new FixedPolicy())));
    }

    @Test
    void drawsLoadLagAndSlotsOfEachRun() throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(PLOT.getBytes(StandardCharsets.UTF_8)));

        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(10);
        assertThat(PLOT).contains("step &lt;1&gt;, demand: ", "step &lt;1&gt;, fixed: ", "lag in events");
    }

    @Test
    void isTheSameForTheSameRuns() {
        assertThat(plot()).isEqualTo(PLOT);
    }
}
