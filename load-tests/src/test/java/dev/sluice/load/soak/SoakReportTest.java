package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.load.soak.Samples.Sample;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SoakReportTest {
    private final Outcome good = outcome(
            "engine-kill",
            new Verdict(12_345, 0, 17, 40, 0, 0, 2_900, List.of(1_500L, 1_800L, 2_440L), List.of()),
            List.of());
    private final Outcome bad = outcome(
            "poison",
            new Verdict(10, 1, 2, 1, 1, 0, 100, List.of(), List.of("lost: k1-2, never begun")),
            List.of("a <b> & c"));

    private static Outcome outcome(String name, Verdict verdict, List<String> others) {
        var samples = new Samples();
        samples.add(new Sample(0, 0, 0));
        samples.add(new Sample(1, 100, 60));
        samples.mark(0.5, "killed <one>");
        var ready = verdict.startMillis().isEmpty() ? List.<Long>of() : List.of(1_100L, 1_300L, 1_950L);
        return new Outcome(name, 3, 42, verdict, 5, others, ready, samples, Duration.ofSeconds(9));
    }

    @Test
    void tellsOfEachScenarioInALine() {
        assertThat(SoakReport.table(List.of(good, bad))).isEqualTo("""
                scenario     rounds  published  unanswered  lost  doubled  bound  inverted  overlapping  longest pause  start to ready  start to work  holds
                engine-kill       3     12,345           5     0       17     40         0            0          2.9 s     1.3 / 2.0 s    1.8 / 2.4 s    yes
                poison            3         10           5     1        2      1         1            0          0.1 s               -              -     no
                """);
    }

    @Test
    void namesEveryPromiseThatDoesNotHold() {
        assertThat(good.broken()).isEmpty();
        assertThat(bad.broken())
                .containsExactly(
                        "1 acknowledged events were lost",
                        "2 runs were doubled, 1 are allowed",
                        "1 events ran before an earlier one of their key",
                        "a <b> & c");
    }

    @Test
    void writesSamplesAndSeedAsJson() throws Exception {
        var json = new ObjectMapper().readTree(SoakReport.json(List.of(good, bad)));

        assertThat(json).hasSize(2);
        assertThat(json.get(0).get("seed").asLong()).isEqualTo(42);
        assertThat(json.get(0).get("holds").asBoolean()).isTrue();
        assertThat(json.get(0).get("samples").get(1).get("done").asLong()).isEqualTo(60);
        assertThat(json.get(1).get("broken")).hasSize(4);
        assertThat(json.get(1).get("examples").get(0).asText()).isEqualTo("lost: k1-2, never begun");
    }

    @Test
    void drawsThroughputAndLag() throws Exception {
        var svg = SoakPicture.svg(List.of(good, bad));

        var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        var document = builder.parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(4);
        assertThat(svg).contains("engine-kill, 3 rounds, seed 42").contains("killed &lt;one&gt;");
    }

    @Test
    void keepsFewerSamplesTheLongerItTakes() {
        var samples = new Samples();
        for (var i = 0; i < 10_000; i++) {
            samples.add(new Sample(i, i, i));
        }

        assertThat(samples.all()).hasSizeLessThan(Samples.MAX).hasSizeGreaterThan(Samples.MAX / 4);
        assertThat(samples.all().get(samples.all().size() - 1).seconds()).isGreaterThan(9_900);
    }

    @Test
    void refusesScenariosThatThereAreNot() {
        var errors = new StringWriter();
        var status = new CommandLine(new SoakCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("no-such");

        assertThat(status).isEqualTo(2);
        assertThat(errors.toString())
                .contains("there is no scenario 'no-such': it must be one of engine-kill, http-kill, broker-kill");
    }

    @Test
    void refusesNoRounds() {
        var errors = new StringWriter();
        var status = new CommandLine(new SoakCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("engine-kill", "--rounds", "0");

        assertThat(status).isEqualTo(2);
        assertThat(errors.toString()).contains("--rounds and --rate must be at least 1");
    }
}
