package dev.sluice.engine.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the default policy does to a function over ten minutes, and how it stands against its peers. */
class ScalingSimulationTest {
    private static final int SEEDS = 3;
    private static final Path DOCS = Path.of("..", "..", "docs");
    private static final List<String> ROWS = new ArrayList<>();
    private static final List<ToDoubleFunction<Figures>> COMPARED =
            List.of(Figures::drainSeconds, Figures::slotSeconds, Figures::waitP99Seconds, Figures::directionChanges);

    private static ScalingSimulation.Run demand(Scenario scenario) {
        return ScalingSimulation.run(scenario, new DemandPolicy());
    }

    private static ScaleLimits limits(int max, int concurrency) {
        return new ScaleLimits(
                0, max, concurrency, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofSeconds(30));
    }

    /** Means over some seeds, so that no draw decides. */
    private static Figures mean(LoadShape shape, ScalingPolicy policy) {
        var all = IntStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> ScalingSimulation.run(Scenario.of(shape).withSeed(seed), policy)
                        .figures())
                .toList();
        return new Figures(
                mean(all, Figures::drainSeconds),
                mean(all, Figures::slotSeconds),
                mean(all, Figures::waitP99Seconds),
                (int) Math.round(mean(all, Figures::directionChanges)));
    }

    private static double mean(List<Figures> all, ToDoubleFunction<Figures> figure) {
        return all.stream().mapToDouble(figure).average().orElseThrow();
    }

    /** The table and the picture of docs/scaling-policies.md, made by the runs of this class. */
    @AfterAll
    static void writeDocs() throws IOException {
        if (!Boolean.getBoolean("sluice.docs.write") || ROWS.isEmpty()) {
            return;
        }
        var page = Files.readString(DOCS.resolve("scaling-policies.md"));
        var start = page.indexOf("<!-- figures -->") + "<!-- figures -->".length();
        var end = page.indexOf("<!-- end of figures -->");
        var head = "\n\n| load | policy | time to drain | slot-seconds | p99 wait | direction changes |\n"
                + "|---|---|---|---|---|---|\n";
        Files.writeString(
                DOCS.resolve("scaling-policies.md"),
                page.substring(0, start) + head + String.join("", ROWS) + "\n" + page.substring(end));
        var runs = ScalingSimulation.compared().stream()
                .map(policy -> ScalingSimulation.run(Scenario.of(LoadShape.TRACE), policy))
                .toList();
        Files.writeString(DOCS.resolve("scaling-trace.svg"), ScalingPlot.svg(runs));
    }

    private static void note(LoadShape shape, String policy, Figures f) {
        System.out.println(String.format(
                Locale.ROOT,
                "%-8s %-8s drain %6.1f s  slot-seconds %7.0f  p99 wait %7.3f s  direction changes %2d",
                shape,
                policy,
                f.drainSeconds(),
                f.slotSeconds(),
                f.waitP99Seconds(),
                f.directionChanges()));
        ROWS.add(String.format(
                Locale.ROOT,
                "| %s | `%s` | %.1f s | %,.0f | %.3f s | %d |\n",
                shape.name().toLowerCase(Locale.ROOT),
                policy,
                f.drainSeconds(),
                f.slotSeconds(),
                f.waitP99Seconds(),
                f.directionChanges()));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BACKLOG")
    void isNoWorseThanEachPeerOnAllButOneFigure(LoadShape shape) {
        var policies = ScalingSimulation.compared();
        var figures = policies.stream().map(policy -> mean(shape, policy)).toList();
        for (var i = 0; i < policies.size(); i++) {
            note(shape, policies.get(i).name(), figures.get(i));
        }

        for (var peer : figures.subList(1, figures.size())) {
            assertThat(COMPARED.stream()
                            .filter(figure -> figure.applyAsDouble(figures.get(0)) > figure.applyAsDouble(peer))
                            .count())
                    .as("%s against %s", figures.get(0), peer)
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void isTheSameRunForTheSameSeed() {
        var one = demand(Scenario.of(LoadShape.TRACE));
        var other = demand(Scenario.of(LoadShape.TRACE));

        assertThat(one.rows()).isEqualTo(other.rows());
        assertThat(one.figures()).isEqualTo(other.figures());
        assertThat(demand(Scenario.of(LoadShape.TRACE).withSeed(2)).rows()).isNotEqualTo(one.rows());
    }

    @Test
    void runsAThousandSlotsWithinASecondOfABacklogOfAHundredThousand() {
        var scenario = Scenario.of(LoadShape.BACKLOG)
                .withLimits(limits(1_000, 1))
                .withWork(new Scenario.Work(Duration.ofMillis(50), Duration.ofMillis(200), 0));

        var run = demand(scenario);

        var before = rowAt(run, 59.9);
        assertThat(before.instances()).isZero();
        assertThat(rowAt(run, 61).busy()).isEqualTo(1_000);
    }

    private static ScalingSimulation.Row rowAt(ScalingSimulation.Run run, double second) {
        return run.rows().get((int) Math.round(second * 10));
    }

    @Test
    void goesToZeroAfterIdleAndComesBackWithTheFirstEvent() {
        var run = demand(Scenario.of(LoadShape.TRACE));

        // Quiet from second 380 to 500; the last event has ended by 382.
        assertThat(rowAt(run, 430).instances()).isPositive();
        assertThat(rowAt(run, 445).instances()).isZero();
        assertThat(rowAt(run, 445).reason()).isEqualTo(Reason.ZERO);
        assertThat(rowAt(run, 502).busy()).isPositive();
        assertAll(run.rows().subList(4_450, 5_000), row -> row.wanted() == 0);
    }

    @Test
    void changesAtMostOnceAMinuteUnderASteadyLoad() {
        for (var seed = 1; seed <= SEEDS; seed++) {
            var run = demand(Scenario.of(LoadShape.POISSON).withSeed(seed));
            for (var from = 120; from < 600; from += 60) {
                assertThat(changes(run, from, from + 60))
                        .as("seed %d, from second %d", seed, from)
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    /** Names the first row that is not as it should be, and not the thousands around it. */
    private static void assertAll(List<ScalingSimulation.Row> rows, Predicate<ScalingSimulation.Row> expected) {
        assertThat(rows).isNotEmpty();
        assertThat(rows.stream().filter(expected.negate()).findFirst()).isEmpty();
    }

    private static int changes(ScalingSimulation.Run run, int from, int to) {
        var changes = 0;
        for (var i = from * 10; i < to * 10 - 1; i++) {
            changes += run.rows().get(i).wanted() == run.rows().get(i + 1).wanted() ? 0 : 1;
        }
        return changes;
    }

    @Test
    void goesNeverDownWhileTheLagIsUnknown() {
        // The load falls at second 240, the lag is unknown from 230 to 420.
        var run = demand(Scenario.of(LoadShape.STEP).withTopic(new Scenario.Topic(Ordering.NONE, 1_000, 12, 230, 420)));

        var unknown = run.rows().subList(2_300, 4_200);
        assertAll(unknown, row -> row.wanted() >= rowAt(run, 229).wanted());
        assertThat(rowAt(run, 419).reason()).isEqualTo(Reason.HOLD_UNKNOWN_LAG);
        assertThat(rowAt(run, 500).wanted()).isLessThan(rowAt(run, 419).wanted());
        // What the log grew by in the dark is no panic when it is seen at last.
        assertAll(run.rows(), row -> row.wanted() < 200);
    }

    @Test
    void stopsAddingWhenTheSinkIsTheLimitAndSaysSo() {
        // A hundred events a second; from the second minute on the sink takes seventy.
        var run =
                demand(Scenario.of(LoadShape.POISSON).withLimits(limits(250, 4)).withSink(new Scenario.Sink(70, 120)));

        var slow = run.rows().subList(1_500, 6_000);
        assertAll(slow, row -> row.wanted() <= 100);
        assertAll(slow, row -> row.reason() == Reason.HOLD_ELSEWHERE);
        assertThat(run.decisions().get(0).decision().words())
                .contains("the last step up brought nothing: the limit is elsewhere (broker, sink); else ");
    }

    @Test
    void stopsAddingWhenTheSinkWasTheLimitFromTheStart() {
        var run =
                demand(Scenario.of(LoadShape.POISSON).withLimits(limits(250, 4)).withSink(new Scenario.Sink(70, 0)));

        var settled = run.rows().subList(300, 6_000);
        assertAll(settled, row -> row.wanted() <= 220);
        assertThat(settled.stream()
                        .filter(row -> row.reason() == Reason.HOLD_ELSEWHERE)
                        .count())
                .isGreaterThan(settled.size() * 9L / 10);
    }

    @Test
    void stopsAtTheKeysAndSaysSo() {
        // Eight keys and 100 events of 200 ms a second: forty a second can run.
        var run = demand(Scenario.of(LoadShape.POISSON).withTopic(new Scenario.Topic(Ordering.KEY, 8, 12, 0, 0)));

        assertAll(run.rows().subList(2_000, 6_000), row -> row.wanted() <= 40 && row.reason() == Reason.CAP_KEYS);
    }

    @Test
    void givesASlotToEachPartitionAtMost() {
        var run = demand(
                Scenario.of(LoadShape.POISSON).withTopic(new Scenario.Topic(Ordering.PARTITION, 1_000, 12, 0, 0)));

        assertAll(run.rows().subList(100, 6_000), row -> row.wanted() == 12 && row.reason() == Reason.CAP_PARTITIONS);
    }

    @Test
    void losesNoEventAndLeasesNoSlotTwice() {
        var reasons = new ArrayList<Reason>();
        for (var policy : ScalingSimulation.compared()) {
            var run = ScalingSimulation.run(Scenario.of(LoadShape.SPIKE), policy);
            assertThat(run.rows().get(run.rows().size() - 1).lag()).isLessThan(100);
            assertAll(run.rows(), row -> row.busy() <= row.instances() * 4);
            run.rows().forEach(row -> reasons.add(row.reason()));
        }
        assertThat(reasons).contains(Reason.MAX, Reason.HALVING, Reason.FLOOR, Reason.PANIC);
    }
}
