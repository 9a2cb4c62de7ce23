package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drops files into a folder while the engine that watches it is killed, and reads from Kafka what was told of them. */
@Command(
        name = "files",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Drops files into a folder that an engine watches, kills the engine with SIGKILL meanwhile and starts it again,",
            "and checks on Kafka that every version of every file has exactly one event. Exits with 1 otherwise."
        })
final class FilesCommand implements Callable<Integer> {
    private static final String TOPIC = "in.events";
    private static final int FOLDERS = 100;
    private static final Duration STALLED_AFTER = Duration.ofMinutes(3);
    private static final long LOOK_MILLIS = 500;

    @Option(names = "--files", paramLabel = "N", defaultValue = "100000", description = "Files (${DEFAULT-VALUE}).")
    private int files;

    @Option(names = "--kills", paramLabel = "N", defaultValue = "3", description = "Kills (${DEFAULT-VALUE}).")
    private int kills;

    @Option(names = "--move", description = "Files are moved away as they are told; otherwise they stay.")
    private boolean move;

    /**
     * What Kafka holds.
     *
     * @param byId how often each event is there
     * @param files how many files have one
     */
    private record Told(Map<String, Integer> byId, int files) {
        long doubled() {
            return byId.values().stream().filter(times -> times > 1).count();
        }
    }

    @Override
    public Integer call() throws Exception {
        var began = System.nanoTime();
        try (var place = new Workplace();
                var kafka = KafkaCluster.start(1)) {
            var inbox = Files.createDirectory(place.file("inbox"));
            var manifest = manifest(kafka.bootstrapServers(), inbox, place.file("ledger"));
            var engine = start(place, manifest, 0);
            var dropping = new Dropping(inbox, files);
            dropping.start();
            for (var kill = 1; kill <= kills; kill++) {
                awaitEvents(kafka, (long) files * kill / (kills + 1), engine);
                engine.kill();
                System.err.println("killed after " + events(kafka) + " records");
                engine = start(place, manifest, kill);
            }
            dropping.join();
            var told = awaitAll(kafka, engine);
            var runs = awaitRuns(place.file("ledger"), told);
            engine.stop();
            return report(told, runs, dropping, Duration.ofNanos(System.nanoTime() - began), place);
        }
    }

    private static EngineProcess start(Workplace place, String manifest, int number)
            throws IOException, InterruptedException {
        var engine = EngineProcess.launch(place, "files-" + number, manifest);
        engine.awaitReady();
        return engine;
    }

    private String manifest(String servers, Path inbox, Path ledger) {
        return String.format(
                Locale.ROOT, """
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec:
                  kafka: {bootstrap-servers: "%s"}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: note}
                spec:
                  handler: dev.sluice.load.soak.FileNote
                  config: {ledger: "%s"}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: in}
                spec:
                  object: {dir: "%s", settle: 1s, poll: 500ms%s}
                  function: note
                """, servers, ledger, inbox, move ? ", done: {move: \"" + inbox + "/.done\"}" : "");
    }

    /** Waits until the topic has so many records. */
    private static void awaitEvents(KafkaCluster kafka, long count, EngineProcess engine) throws InterruptedException {
        var end = System.nanoTime() + STALLED_AFTER.toNanos();
        while (events(kafka) < count) {
            if (System.nanoTime() > end || !engine.runs()) {
                throw new SoakException("there are not " + count + " events yet: " + engine.lastWords());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static long events(KafkaCluster kafka) {
        try (var consumer = consumer(kafka)) {
            return consumer.endOffsets(partitions(consumer)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        var known = consumer.partitionsFor(TOPIC);
        return known == null
                ? List.of()
                : known.stream()
                        .map(it -> new TopicPartition(it.topic(), it.partition()))
                        .toList();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaCluster kafka) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Reads all that is committed, until nothing has come for a while and every file could have its event. */
    private Told awaitAll(KafkaCluster kafka, EngineProcess engine) throws InterruptedException {
        var byId = new HashMap<String, Integer>();
        var last = System.currentTimeMillis();
        var subjects = new HashSet<String>();
        try (var consumer = consumer(kafka)) {
            consumer.assign(partitions(consumer));
            var quiet = Duration.ofSeconds(10).toMillis();
            while (System.currentTimeMillis() - last < (subjects.size() < files ? STALLED_AFTER.toMillis() : quiet)) {
                for (var record : consumer.poll(Duration.ofMillis(LOOK_MILLIS))) {
                    byId.merge(
                            new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8),
                            1,
                            Integer::sum);
                    subjects.add(
                            new String(record.headers().lastHeader("ce_subject").value(), StandardCharsets.UTF_8));
                    last = System.currentTimeMillis();
                }
                if (!engine.runs()) {
                    throw new SoakException("the engine ended by itself: " + engine.lastWords());
                }
            }
        }
        return new Told(byId, subjects.size());
    }

    /** Until all that was told has run, or nothing more runs: a group goes on some time after its member was killed. */
    private static Set<String> awaitRuns(Path ledger, Told told) throws IOException, InterruptedException {
        var last = System.currentTimeMillis();
        var runs = new HashSet<>(Files.readAllLines(ledger));
        while (!runs.containsAll(told.byId().keySet())
                && System.currentTimeMillis() - last < STALLED_AFTER.toMillis()) {
            Thread.sleep(LOOK_MILLIS);
            var now = new HashSet<>(Files.readAllLines(ledger));
            if (now.size() > runs.size()) {
                last = System.currentTimeMillis();
            }
            runs = now;
        }
        return runs;
    }

    private int report(Told told, Set<String> runs, Dropping dropping, Duration took, Workplace place) {
        var failure = dropping.failure();
        var lost = files - told.files();
        var notRun =
                told.byId().keySet().stream().filter(id -> !runs.contains(id)).count();
        System.out.printf(
                Locale.ROOT,
                "files %,d, killed %d times, %.0f s%n"
                        + "events %,d, of these more than once %d%n"
                        + "files without an event %d, events that did not run %d%n",
                files,
                kills,
                took.toMillis() / 1e3,
                told.byId().size(),
                told.doubled(),
                lost,
                notRun);
        if (failure != null) {
            System.err.println("the files could not be written: " + failure);
        }
        var well = failure == null
                && told.doubled() == 0
                && lost == 0
                && notRun == 0
                && told.byId().size() == files;
        if (!well) {
            place.keep();
            System.err.println("what is left of it: " + place.folder());
        }
        return well ? 0 : 1;
    }

    /** Writes the files, a few folders at a time. */
    private static final class Dropping extends Thread {
        private final Path inbox;
        private final int count;
        private volatile @Nullable IOException failure;

        Dropping(Path inbox, int count) {
            super("files");
            setDaemon(true);
            this.inbox = inbox;
            this.count = count;
        }

        @Override
        public void run() {
            try {
                for (var i = 0; i < count; i++) {
                    write(i, "file " + i);
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        private void write(int number, String content) throws IOException {
            var folder = inbox.resolve("f" + number % FOLDERS);
            if (number < FOLDERS) {
                Files.createDirectories(folder);
            }
            Files.writeString(folder.resolve("file-" + number + ".txt"), content);
        }

        @Nullable
        IOException failure() {
            return failure;
        }
    }
}
