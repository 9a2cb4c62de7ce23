package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * The time from when an event was due to be sent to when its 20 ms handler is done, at 2,000 events a second and 100
 * slots, which is 40 % of what these can do. What the handler takes and what Kafka's own consumer needs to get an event
 * in the same turn is taken off; the rest is the engine's, or Parallel Consumer's.
 *
 * @param ground the Kafka
 * @param drawn gets the whole latencies of every side, all rounds together
 */
record LatencyFigure(KafkaGround ground, Consumer<LatencyCurves> drawn) implements Figure {
    private static final Duration START = Duration.ofSeconds(10);
    /** How long the events of a round may take after the last was sent. */
    private static final Duration LATE_MAX = Duration.ofSeconds(10);

    private static final int LOOK_MILLIS = 20;
    private static final Duration LEAD = Duration.ofMillis(500);
    private static final int PER_SECOND = 2_000;
    private static final int CONCURRENCY = 100;
    private static final int MILLIS = 20;
    private static final int SAMPLES_MAX = 1_000_000;

    /** Its tail takes longer to settle than a pace. */
    private static final double WARM_UPS = 2.5;

    private record Side(String name, String topic, Path file, Dial dial, List<Latencies> rounds) {}

    LatencyFigure(KafkaGround ground) {
        this(ground, curves -> {});
    }

    @Override
    public String id() {
        return "P10";
    }

    @Override
    public String what() {
        return "latency at 2,000/s, 20 ms, 100 slots / Parallel Consumer";
    }

    @Override
    public Duration planned(Plan plan) {
        var rounds = plan.round().plus(LEAD).multipliedBy(4L * plan.rounds());
        return START.plus(warmUp(plan)).plus(rounds);
    }

    private static Duration warmUp(Plan plan) {
        return Duration.ofMillis((long) (plan.warmUp().toMillis() * WARM_UPS));
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("P10 start", START);
        var kafka = ground.bootstrap(progress);
        var raw = side(lab, "raw", progress);
        var engine = side(lab, "engine", progress);
        var startsFile = lab.file("latency-starts.dial");
        var starts = Dial.create(startsFile, SAMPLES_MAX);
        var core = side(lab, "core", progress);
        var reactor = side(lab, "reactor", progress);
        var sides = List.of(raw, engine, core, reactor);
        var processes = start(lab, kafka, raw, engine, startsFile, List.of(core, reactor));
        try (var feed = new PacedFeed(kafka)) {
            progress.step("P10 warm-up of all sides at once", warmUp(plan));
            feed.run(sides.stream().map(Side::topic).toList(), PER_SECOND, warmUp(plan));
            for (var round = 1; round <= plan.rounds(); round++) {
                for (var side : sides) {
                    progress.step(
                            "P10 round " + round + ": " + side.name(),
                            plan.round().plus(LEAD));
                    var before = starts.latencies();
                    side.rounds().add(round(feed, side, plan.round()));
                    progress.say(say(side.name() + ", whole", side.rounds().get(round - 1)));
                    if (side.name().equals(engine.name())) {
                        var handed = Latencies.of(starts, before, starts.latencies());
                        progress.say(say("engine, until the handler began", handed));
                    }
                }
            }
        }
        for (var process : processes) {
            process.mustRun();
            process.kill();
        }
        var rounds = new LinkedHashMap<String, List<Latencies>>();
        sides.forEach(side -> rounds.put(side.name(), side.rounds()));
        drawn.accept(curves(rounds));
        var better = median(core, Latencies::p99) <= median(reactor, Latencies::p99) ? core : reactor;
        return rows(raw, engine, better);
    }

    private Side side(Lab lab, String name, Progress progress) throws IOException, InterruptedException {
        var file = lab.file("latency-" + name + ".dial");
        var dial = Dial.create(file, SAMPLES_MAX);
        dial.open();
        return new Side(name, ground.emptyTopic("latency-" + name, progress), file, dial, new ArrayList<>());
    }

    private List<ServerProcess> start(Lab lab, String kafka, Side raw, Side engine, Path starts, List<Side> peers)
            throws IOException, InterruptedException {
        var processes = new ArrayList<ServerProcess>();
        processes.add(KafkaPeers.rawConsumer(
                lab, kafka, raw.topic(), ground.name("raw"), KafkaPeers.RECEIVE_BUFFER, List.of(raw.file())));
        var reader = new EngineManifest.Reader(
                engine.topic(),
                "key",
                "Slow",
                CONCURRENCY,
                Map.of("millis", Integer.toString(MILLIS), "starts", starts.toString()));
        var manifest = new EngineManifest(kafka, KafkaPeers.POLL_RECORDS_MAX)
                .add(reader, ground.name("engine"), List.of(engine.file()))
                .toString();
        processes.add(ServerProcess.engine(lab, manifest, KafkaPeers.FLAGS));
        for (var peer : peers) {
            var load = new KafkaPeers.ParallelLoad(peer.name(), CONCURRENCY, MILLIS);
            processes.add(KafkaPeers.parallelConsumer(
                    lab, load, kafka, peer.topic(), ground.name("pc"), List.of(peer.file())));
        }
        return processes;
    }

    private static Latencies round(PacedFeed feed, Side side, Duration time) throws IOException, InterruptedException {
        var topic = List.of(side.topic());
        feed.run(topic, PER_SECOND, LEAD);
        var from = side.dial().latencies();
        feed.run(topic, PER_SECOND, time);
        // The lead's own events may end within the round, and the round's behind it: all have to, or the slowest, which
        // a
        // percentile is about, would be in no round.
        var sent = time.toSeconds() * PER_SECOND;
        var until = System.nanoTime() + LATE_MAX.toNanos();
        while (side.dial().latencies() - from < sent && System.nanoTime() < until) {
            Thread.sleep(LOOK_MILLIS);
        }
        Thread.sleep(LEAD.toMillis());
        var latencies = Latencies.of(side.dial(), from, side.dial().latencies());
        if (latencies.count() < sent) {
            throw new BenchException(
                    side.name() + " has done " + latencies.count() + " of " + sent + " events when the round was over");
        }
        return latencies;
    }

    /** All rounds of each side together. A raw consumer has no handler, and so none of its 20 ms. */
    static LatencyCurves curves(Map<String, List<Latencies>> rounds) {
        var found = new LinkedHashMap<String, Latencies>();
        rounds.forEach((side, its) -> {
            var name = side.equals("core") || side.equals("reactor") ? "Parallel Consumer, " + side : side;
            found.put(name, its.stream().reduce(new Latencies(), Latencies::plus));
        });
        return new LatencyCurves("Kafka to a 20 ms handler at 2,000/s", found);
    }

    private static String say(String what, Latencies latencies) {
        return String.format(
                Locale.ROOT,
                "P10 %s: p50 %.2f ms, p99 %.2f, p99.9 %.2f, most %.2f",
                what,
                latencies.p50(),
                latencies.p99(),
                latencies.p999(),
                latencies.max());
    }

    private static double median(Side side, ToDoubleFunction<Latencies> part) {
        return Statistics.median(side.rounds().stream().mapToDouble(part).toArray());
    }

    private static List<Row> rows(Side raw, Side engine, Side peer) {
        return List.of(
                row("own latency, p50 / Parallel Consumer", Aim.engineAtMost(2), raw, engine, peer, Latencies::p50),
                row("own latency, p99 / Parallel Consumer", Aim.engineAtMost(10), raw, engine, peer, Latencies::p99),
                new Row(
                        "P10",
                        "whole latency, p99 / Parallel Consumer",
                        "ms",
                        Aim.atMost(1),
                        rounds(engine, peer, Latencies::p99)));
    }

    /** A row without what the handler takes and what a raw consumer needs. */
    private static Row row(String what, Aim aim, Side raw, Side engine, Side peer, ToDoubleFunction<Latencies> part) {
        var own = new ArrayList<Round>();
        var whole = rounds(engine, peer, part);
        for (var round = 0; round < whole.size(); round++) {
            var off = MILLIS + part.applyAsDouble(raw.rounds().get(round));
            own.add(new Round(whole.get(round).engine() - off, whole.get(round).peer() - off));
        }
        return new Row("P10", what, "ms", aim, own);
    }

    private static List<Round> rounds(Side engine, Side peer, ToDoubleFunction<Latencies> part) {
        var rounds = new ArrayList<Round>();
        for (var round = 0; round < engine.rounds().size(); round++) {
            rounds.add(new Round(
                    part.applyAsDouble(engine.rounds().get(round)),
                    part.applyAsDouble(peer.rounds().get(round))));
        }
        return rounds;
    }
}
