package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Two engines with the same schedules on one Kafka, each due every second; in each round the one that fires most of them
 * is killed with SIGKILL and started again. What stands on the topic in the end must be each time of each schedule, once.
 */
final class ScheduleKill implements Trial {
    private static final int SCHEDULES = 32;
    private static final String TOPIC = "ticks";
    private static final Duration TAKE_OVER_MAX = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "schedule-kill";
    }

    @Override
    public Result run(int rounds, Progress progress) throws Exception {
        try (var place = new Workplace();
                var kafka = KafkaCluster.start(1)) {
            try {
                var engines = new HashMap<String, EngineProcess>();
                var manifest = manifest(kafka.bootstrapServers());
                engines.put("one", started(place, "one", manifest));
                engines.put("two", started(place, "two", manifest));
                awaitAllOwned(engines, new ArrayList<>(engines.keySet()));
                var takeOvers = new ArrayList<Long>();
                for (var round = 1; round <= rounds; round++) {
                    var victim = owner(engines);
                    var survivor = victim.equals("one") ? "two" : "one";
                    of(engines, victim).kill();
                    var killed = System.nanoTime();
                    awaitAllOwned(engines, List.of(survivor));
                    takeOvers.add((System.nanoTime() - killed) / 1_000_000);
                    progress.say(name() + " round " + round + " of " + rounds + ": taken over after "
                            + takeOvers.get(takeOvers.size() - 1) + " ms");
                    engines.put(victim, started(place, victim, manifest));
                    awaitAllOwned(engines, List.of("one", "two"));
                    Thread.sleep(2_000);
                }
                for (var engine : engines.values()) {
                    engine.stop();
                }
                return result(kafka.bootstrapServers(), rounds, takeOvers);
            } catch (Exception | AssertionError e) {
                place.keep();
                throw e;
            }
        }
    }

    private static EngineProcess started(Workplace place, String name, String manifest) throws Exception {
        var engine = EngineProcess.launch(place, name, manifest);
        engine.awaitReady();
        return engine;
    }

    private static EngineProcess of(Map<String, EngineProcess> engines, String name) {
        return Objects.requireNonNull(engines.get(name));
    }

    /** The engine that fires most. */
    private static String owner(Map<String, EngineProcess> engines) throws Exception {
        var one = ScheduleApi.owned(of(engines, "one"));
        return one >= ScheduleApi.owned(of(engines, "two")) ? "one" : "two";
    }

    private static void awaitAllOwned(Map<String, EngineProcess> engines, List<String> names) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var owned = 0;
            for (var name : names) {
                owned += ScheduleApi.owned(of(engines, name));
            }
            if (owned == SCHEDULES) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new SoakException("only " + owned + " of " + SCHEDULES + " schedules are fired by " + names
                        + " after " + PATIENCE);
            }
            Thread.sleep(50);
        }
    }

    private static Result result(String servers, int rounds, List<Long> takeOvers) {
        var times = new TreeMap<String, TreeSet<Instant>>();
        var events = 0;
        var doubled = 0;
        var latestMillis = 0L;
        for (var event : all(servers)) {
            var at = event.id.indexOf('@');
            var planned = Instant.parse(event.id.substring(at + 1));
            events++;
            latestMillis = Math.max(latestMillis, event.storedMillis - planned.toEpochMilli());
            if (!times.computeIfAbsent(event.id.substring(0, at), name -> new TreeSet<>())
                    .add(planned)) {
                doubled++;
            }
        }
        var lost = 0L;
        for (var ofOne : times.values()) {
            lost += Duration.between(ofOne.first(), ofOne.last()).toSeconds() + 1 - ofOne.size();
        }
        takeOvers.sort(null);
        var figures = List.of(
                String.format(
                        Locale.ROOT,
                        "%d kills of the owner, %d schedules: %,d events, %d doubled, %d lost",
                        rounds,
                        times.size(),
                        events,
                        doubled,
                        lost),
                String.format(
                        Locale.ROOT,
                        "taken over after %.1f s (median), %.1f s (longest); the latest event came %.1f s after its time",
                        takeOvers.get(takeOvers.size() / 2) / 1e3,
                        takeOvers.get(takeOvers.size() - 1) / 1e3,
                        latestMillis / 1e3));
        var broken = new ArrayList<String>();
        if (doubled > 0 || lost > 0) {
            broken.add(doubled + " events are doubled and " + lost + " are lost");
        }
        if (times.size() != SCHEDULES) {
            broken.add("only " + times.size() + " schedules ever fired");
        }
        if (takeOvers.get(takeOvers.size() - 1) > TAKE_OVER_MAX.toMillis()) {
            broken.add("a takeover took longer than " + TAKE_OVER_MAX.toSeconds() + " s");
        }
        return new Result(figures, broken);
    }

    private record Stored(String id, long storedMillis) {}

    /** What readers of committed records see of the topic. */
    private static List<Stored> all(String servers) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                servers,
                "isolation.level",
                "read_committed",
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class);
        var all = new ArrayList<Stored>();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(config)) {
            var partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(partition -> new TopicPartition(TOPIC, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    var id = record.headers().lastHeader("ce_id").value();
                    all.add(new Stored(new String(id, StandardCharsets.UTF_8), record.timestamp()));
                }
            }
        }
        return all;
    }

    private static String manifest(String servers) {
        var text = new StringBuilder("""
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec: {kafka: {bootstrap-servers: "%s"}}
                """.formatted(servers));
        // Sources without readers: what is shown is the schedules' own, and Kafka has little else to do.
        for (var n = 0; n < SCHEDULES; n++) {
            text.append("""
                    ---
                    apiVersion: sources.knative.dev/v1
                    kind: PingSource
                    metadata: {name: tick-%d}
                    spec: {schedule: "* * * * * *", sink: {uri: /topics/%s}}
                    """.formatted(n, TOPIC));
        }
        return text.toString();
    }
}
