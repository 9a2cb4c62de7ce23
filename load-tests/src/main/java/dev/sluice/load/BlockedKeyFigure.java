package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one key whose events take a minute each costs the other 99: their latency beside it, by their latency where that
 * key is as fast as they are. 2,000 events a second, 20 ms handlers, 100 slots, one engine. The key's own events do not
 * count on either side.
 *
 * @param ground the Kafka
 */
record BlockedKeyFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(8);
    private static final Duration LEAD = Duration.ofMillis(500);
    private static final int PER_SECOND = 2_000;
    private static final int KEYS = 100;
    private static final int CONCURRENCY = 100;
    private static final String MILLIS = "20";
    private static final String STUCK_MILLIS = "60000";
    private static final int SAMPLES_MAX = 1_000_000;

    private record Side(String topic, Path file, Dial dial) {}

    @Override
    public String id() {
        return "G5";
    }

    @Override
    public String what() {
        return "latency of 99 keys beside one that sleeps a minute / beside none";
    }

    @Override
    public Duration planned(Plan plan) {
        return START.plus(plan.warmUp()).plus(plan.round().plus(LEAD).multipliedBy(2L * plan.rounds()));
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("G5 start", START);
        var kafka = ground.bootstrap(progress);
        var stuck = side(lab, "stuck", progress);
        var even = side(lab, "even", progress);
        var manifest = new EngineManifest(kafka, KafkaPeers.POLL_RECORDS_MAX)
                .add(reader(stuck, STUCK_MILLIS), ground.name("stuck"), List.of(stuck.file()))
                .add(reader(even, MILLIS), ground.name("even"), List.of(even.file()))
                .toString();
        var engine = ServerProcess.engine(lab, manifest, KafkaPeers.FLAGS);
        var p50 = new ArrayList<Round>();
        var p99 = new ArrayList<Round>();
        try (var feed = new PacedFeed(kafka, KEYS)) {
            progress.step("G5 warm-up of both sides at once", plan.warmUp());
            feed.run(List.of(stuck.topic(), even.topic()), PER_SECOND, plan.warmUp());
            for (var round = 1; round <= plan.rounds(); round++) {
                progress.step(
                        "G5 round " + round + ": none is stuck", plan.round().plus(LEAD));
                var without = round(feed, even, plan.round());
                progress.step(
                        "G5 round " + round + ": one is stuck", plan.round().plus(LEAD));
                var with = round(feed, stuck, plan.round());
                p50.add(new Round(with.p50(), without.p50()));
                p99.add(new Round(with.p99(), without.p99()));
            }
        }
        engine.mustRun();
        engine.kill();
        return List.of(
                new Row(id(), "others' p50 beside a stuck key / none", "ms", Aim.atMost(1.2), p50),
                new Row(id(), "others' p99 beside a stuck key / none", "ms", Aim.atMost(1.2), p99));
    }

    private Side side(Lab lab, String name, Progress progress) throws IOException, InterruptedException {
        var file = lab.file("blocked-" + name + ".dial");
        var dial = Dial.create(file, SAMPLES_MAX);
        dial.open();
        return new Side(ground.emptyTopic("blocked-" + name, progress), file, dial);
    }

    private static EngineManifest.Reader reader(Side side, String apartMillis) {
        return new EngineManifest.Reader(
                side.topic(),
                "key",
                "Slow",
                CONCURRENCY,
                Map.of("millis", MILLIS, "apart", "0", "apart-millis", apartMillis));
    }

    private static Latencies round(PacedFeed feed, Side side, Duration time) throws IOException, InterruptedException {
        var topic = List.of(side.topic());
        feed.run(topic, PER_SECOND, LEAD);
        var from = side.dial().latencies();
        feed.run(topic, PER_SECOND, time);
        Thread.sleep(LEAD.toMillis());
        var latencies = Latencies.of(side.dial(), from, side.dial().latencies());
        if (latencies.count() < time.toSeconds() * PER_SECOND * 9 / 10) {
            throw new BenchException("topic " + side.topic() + " has " + latencies.count() + " of "
                    + time.toSeconds() * PER_SECOND + " events done when the round was over");
        }
        return latencies;
    }
}
