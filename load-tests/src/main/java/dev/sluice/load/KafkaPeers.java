package dev.sluice.load;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts what reads Kafka in processes of their own: the engine, Kafka's own consumer, and Parallel Consumer. */
final class KafkaPeers {
    /** Both sides poll so many records at once at most, which is the Kafka client's default. */
    static final int POLL_RECORDS_MAX = 500;
    /** Kafka's default of {@code receive.buffer.bytes}. */
    static final int RECEIVE_BUFFER = 64 << 10;
    /** The operating system's choice, which is the engine's default. */
    static final int RECEIVE_BUFFER_OF_SYSTEM = -1;

    /** The same heap for every side. */
    static final List<String> FLAGS = List.of("-Xms2g", "-Xmx2g");

    private KafkaPeers() {}

    /** Kafka's own consumer, which only counts; with records that say when they were due it keeps latencies. */
    static ServerProcess rawConsumer(
            Lab lab, String bootstrap, String topic, String group, int receiveBuffer, List<Path> dials)
            throws IOException, InterruptedException {
        var args = new ArrayList<>(
                List.of(bootstrap, topic, group, Integer.toString(POLL_RECORDS_MAX), Integer.toString(receiveBuffer)));
        dials.forEach(dial -> args.add(dial.toString()));
        return ServerProcess.start(lab, "raw", Lab.java(FLAGS, "dev.sluice.load.peer.RawConsumer", args));
    }

    /**
     * What Parallel Consumer is measured with.
     *
     * @param kind {@code core} or {@code reactor}
     * @param concurrency its {@code maxConcurrency}
     * @param millis how long its handler takes
     */
    record ParallelLoad(String kind, int concurrency, int millis) {}

    /** Parallel Consumer in key order. */
    static ServerProcess parallelConsumer(
            Lab lab, ParallelLoad load, String bootstrap, String topic, String group, List<Path> dials)
            throws IOException, InterruptedException {
        var args = new ArrayList<>(List.of(
                load.kind(),
                bootstrap,
                topic,
                group,
                Integer.toString(POLL_RECORDS_MAX),
                Integer.toString(load.concurrency()),
                Integer.toString(load.millis())));
        dials.forEach(dial -> args.add(dial.toString()));
        return ServerProcess.start(
                lab,
                "parallel-consumer-" + load.kind(),
                Lab.java(FLAGS, parallelConsumerPath(), "dev.sluice.load.peer.ParallelConsumer", args));
    }

    /** Its own folder of jars, which the build fills, and this jar. */
    private static String parallelConsumerPath() {
        try {
            var jar = Path.of(KafkaPeers.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            var folder = jar.resolveSibling("../peers/parallel-consumer").normalize();
            if (!Files.isDirectory(folder)) {
                throw new BenchException("Parallel Consumer's jars are missing: there is no folder " + folder);
            }
            return folder.resolve("*") + System.getProperty("path.separator") + jar;
        } catch (URISyntaxException e) {
            throw new BenchException("this class path can't be told to another process", e);
        }
    }
}
