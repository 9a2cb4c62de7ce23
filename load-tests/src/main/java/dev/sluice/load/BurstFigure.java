package dev.sluice.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * P13: from no instance to 1,000 runs of 200 ms after a backlog of 100,000 events has appeared; to none again when it
 * is done; and from none to the first event. A backlog appears at once when an engine that was held at zero by hand is
 * let go: publishing one takes longer than the time that is measured, and is told as well.
 */
final class BurstFigure {
    /** Runs at once that are waited for. */
    static final int MANY = 1_000;

    private static final int IDLE_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Lab lab;
    private final Progress progress;
    private final int backlog;
    private final int rounds;
    private final int probes;

    BurstFigure(Lab lab, Progress progress, int backlog, int rounds, int probes) {
        this.lab = lab;
        this.progress = progress;
        this.backlog = backlog;
        this.rounds = rounds;
        this.probes = probes;
    }

    /**
     * What was found.
     *
     * @param backlog events
     * @param manySeconds from the backlog's appearance to 1,000 running, by round; the first on a JVM that has run
     *     nothing
     * @param publishedSeconds from the first acknowledgement of a backlog that was published meanwhile
     * @param publishingSeconds what publishing that one took
     * @param zeroSeconds from the last event's end to no instance, by round; {@code idle} included
     * @param firstMillis from sending one event to its run, from no instance, by probe
     */
    record Result(
            int backlog,
            List<Double> manySeconds,
            double publishedSeconds,
            double publishingSeconds,
            List<Double> zeroSeconds,
            List<Double> firstMillis) {
        /** For people, each line ended. */
        String text() {
            var warm = manySeconds.size() > 1 ? manySeconds.subList(1, manySeconds.size()) : manySeconds;
            return String.format(
                    Locale.ROOT,
                    """
                    P13 zero to %,d running of a backlog of %,d  %.2f s, the first time %.2f s  (aim <= 1 s: %s)
                        the same while it is published           %.2f s, published in %.2f s
                        to zero after the last event             %.2f s, with idle %d s
                        first event from zero, start 0 ms        median %.1f ms, worst %.1f ms  (aim <= 50 ms: %s)
                    """,
                    MANY,
                    backlog,
                    median(warm),
                    manySeconds.get(0),
                    median(warm) <= 1 ? "met" : "NOT MET",
                    publishedSeconds,
                    publishingSeconds,
                    median(zeroSeconds),
                    IDLE_SECONDS,
                    median(firstMillis),
                    firstMillis.stream().mapToDouble(Double::doubleValue).max().orElse(0),
                    median(firstMillis) <= 50 ? "met" : "NOT MET");
        }
    }

    private static double median(List<Double> values) {
        return Statistics.median(
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    Result measure() throws IOException, InterruptedException {
        var scaling = "{max: 64, idle: " + IDLE_SECONDS + "s}";
        var engine = ServedEngine.start(lab, new ServedEngine.Setting(scaling, 16, 0, 200, false), MANY);
        var many = new ArrayList<Double>();
        var zero = new ArrayList<Double>();
        for (var round = 1; round <= rounds; round++) {
            progress.say("P13: backlog " + round + " of " + rounds);
            many.add(appeared(engine));
            zero.add(toZero(engine));
        }
        var first = new ArrayList<Double>();
        for (var probe = 1; probe <= probes; probe++) {
            progress.say("P13: first event from zero, " + probe + " of " + probes);
            first.add(first(engine));
            toZero(engine);
        }
        progress.say("P13: a backlog that is published meanwhile");
        var began = EventBatches.micros();
        engine.events().publish(1, "load");
        var acknowledged = EventBatches.micros();
        engine.events().publish(backlog - 1, "load");
        var publishing = (EventBatches.micros() - began) / 1e6;
        var published = (manyAfter(engine, acknowledged) - acknowledged) / 1e6;
        toZero(engine);
        engine.stop();
        return new Result(backlog, many, published, publishing, zero, first);
    }

    /** Seconds from letting go of a backlog to many runs at once. */
    private double appeared(ServedEngine engine) throws IOException, InterruptedException {
        engine.api().scale("0");
        engine.api().await("no instance", PATIENCE, BurstFigure::none);
        engine.events().publish(backlog, "load");
        engine.api()
                .await(
                        "a backlog of " + backlog,
                        PATIENCE,
                        it -> it.path("lagEvents").asLong() >= backlog);
        var let = EventBatches.micros();
        engine.api().scale("auto");
        return (manyAfter(engine, let) - let) / 1e6;
    }

    /** When there were many runs at once, after the given time. */
    private static long manyAfter(ServedEngine engine, long micros) throws IOException, InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            for (var line : engine.told("many")) {
                var at = Long.parseLong(line[2]);
                if (at >= micros) {
                    return at;
                }
            }
            Thread.sleep(20);
        }
        throw new BenchException(
                "there were never " + MANY + " runs at once: " + engine.api().scaling());
    }

    /** Seconds from the last event's end to no instance. */
    private static double toZero(ServedEngine engine) throws IOException, InterruptedException {
        engine.api()
                .await(
                        "the end of the backlog",
                        PATIENCE,
                        it -> it.path("lagEvents").asLong(1) == 0
                                && it.path("leased").asInt() == 0);
        var done = System.nanoTime();
        engine.api().await("no instance", PATIENCE, BurstFigure::none);
        return (System.nanoTime() - done) / 1e9;
    }

    private static boolean none(JsonNode figures) {
        return figures.path("wanted").asInt() == 0
                && figures.path("ready").asInt() == 0
                && figures.path("draining").asInt() == 0;
    }

    /** Milliseconds from sending an event to its run. */
    private static double first(ServedEngine engine) throws IOException, InterruptedException {
        var before = engine.begun().size();
        engine.events().publish(1, "probe");
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var begun = engine.begun();
            if (begun.size() > before) {
                return begun.get(before).waitSeconds() * 1_000;
            }
            Thread.sleep(5);
        }
        throw new BenchException("the first event never began");
    }
}
