package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * P18: what an event costs in CPU time when one engine reads a topic, by what it costs when four engines of a group share
 * its partitions, at the same rate. Each fleet has a topic of its own, which is written only while it is measured.
 *
 * @param ground the Kafka
 */
record FleetFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(25);
    private static final Duration LEAD = Duration.ofMillis(500);
    private static final Duration REST_MAX = Duration.ofSeconds(20);
    private static final int MANY = 4;
    private static final int PER_SECOND = 10_000;
    private static final int CONCURRENCY = 256;

    @Override
    public String id() {
        return "P18";
    }

    @Override
    public String what() {
        return "CPU per event at 10,000/s, one engine / four that share the partitions";
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("P18 start", START);
        var kafka = ground.bootstrap(progress);
        try (var feed = new PacedFeed(kafka)) {
            var one = Fleet.start(lab, ground, kafka, feed, 1, progress);
            var many = Fleet.start(lab, ground, kafka, feed, MANY, progress);
            var rounds = new Duel<>(id(), one, many)
                    .run(plan, progress).stream()
                            .map(turn -> new Round(turn.engine(), turn.peer()))
                            .toList();
            one.stop();
            many.stop();
            return List.of(new Row(id(), what(), "ns", Aim.atLeast(0.9), rounds));
        }
    }

    /** Engines of one group, and what makes their events. */
    private record Fleet(String topic, PacedFeed feed, List<ServerProcess> engines, List<Dial> dials)
            implements Duel.Side<Double> {
        static Fleet start(Lab lab, KafkaGround ground, String kafka, PacedFeed feed, int size, Progress progress)
                throws IOException, InterruptedException {
            var topic = ground.emptyTopic("fleet-" + size, progress);
            var group = ground.name("fleet");
            var files = Reading.dialFiles(lab, "fleet-" + size, size);
            var dials = Reading.dials(files);
            dials.forEach(Dial::open);
            var reader = new EngineManifest.Reader(topic, "key", "CountedNothing", CONCURRENCY, Map.of());
            var engines = new ArrayList<ServerProcess>();
            for (var file : files) {
                var manifest = new EngineManifest(kafka, KafkaPeers.POLL_RECORDS_MAX).add(reader, group, List.of(file));
                engines.add(ServerProcess.engine(lab, manifest.toString(), List.of("-Xms512m", "-Xmx512m")));
            }
            return new Fleet(topic, feed, engines, dials);
        }

        @Override
        public String name() {
            return engines.size() == 1 ? "one engine" : engines.size() + " engines";
        }

        @Override
        public void warmUp(Duration time) throws IOException, InterruptedException {
            measure(time);
        }

        /** Nanoseconds of CPU per event, of all engines together. */
        @Override
        public Double measure(Duration time) throws IOException, InterruptedException {
            feed.run(List.of(topic), PER_SECOND, LEAD);
            var cpu = cpu();
            var count = count();
            feed.run(List.of(topic), PER_SECOND, time);
            var spent = cpu().minus(cpu).toNanos();
            var done = count() - count;
            var sent = time.toMillis() * PER_SECOND / 1_000;
            if (done < sent * 9 / 10) {
                throw new BenchException(name() + " did " + done + " of " + sent + " events while they were sent");
            }
            rest();
            return (double) spent / done;
        }

        /** Until nothing comes any more, so that what is left does not count for the other side. */
        private void rest() throws IOException, InterruptedException {
            var end = System.nanoTime() + REST_MAX.toNanos();
            for (var last = -1L; last != count() && System.nanoTime() < end; ) {
                last = count();
                Thread.sleep(LEAD.toMillis());
            }
            for (var engine : engines) {
                engine.mustRun();
            }
        }

        private Duration cpu() {
            return engines.stream().map(ServerProcess::cpu).reduce(Duration.ZERO, Duration::plus);
        }

        private long count() {
            return dials.stream().mapToLong(Dial::count).sum();
        }

        void stop() throws InterruptedException {
            for (var engine : engines) {
                engine.kill();
            }
        }
    }
}
