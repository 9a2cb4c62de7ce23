package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts the sides of the figures that read a topic of Kafka.
 *
 * @param lab owns their processes
 * @param ground the Kafka
 * @param plan the number of rounds
 * @param progress told of settings
 * @param events in the topic
 */
record Readers(Lab lab, KafkaGround ground, Plan plan, Progress progress, int events) {
    /** The engine with this handler, for all rounds. */
    Reading engine(String name, String order, String handler, int concurrency, Map<String, String> config)
            throws IOException, InterruptedException {
        var files = Reading.dialFiles(lab, "engine", plan);
        return engine(name, order, handler, concurrency, config, files);
    }

    /**
     * The engine for one round: a function of blocking handlers takes a thread for each slot, and so each round's
     * would.
     */
    Reading engineOfOneRound(String name, String handler, int concurrency, Map<String, String> config)
            throws IOException, InterruptedException {
        return engine(name, "key", handler, concurrency, config, Reading.dialFiles(lab, "engine", 1));
    }

    private Reading engine(
            String name, String order, String handler, int concurrency, Map<String, String> config, List<Path> files)
            throws IOException, InterruptedException {
        var topic = topic();
        var manifest = new EngineManifest(ground.bootstrap(progress), KafkaPeers.POLL_RECORDS_MAX)
                .add(
                        new EngineManifest.Reader(topic, order, handler, concurrency, config),
                        ground.name("engine"),
                        files)
                .toString();
        var process = ServerProcess.engine(lab, manifest, KafkaPeers.FLAGS);
        return new Reading(name, process, Reading.dials(files), events);
    }

    /** Kafka's own consumer. */
    Reading raw(int receiveBuffer) throws IOException, InterruptedException {
        var topic = topic();
        var files = Reading.dialFiles(lab, "raw", plan);
        var process = KafkaPeers.rawConsumer(
                lab, ground.bootstrap(progress), topic, ground.name("raw"), receiveBuffer, files);
        progress.say("raw consumer: max.poll.records=" + KafkaPeers.POLL_RECORDS_MAX + ", receive.buffer.bytes="
                + receiveBuffer + ", else Kafka's defaults");
        return new Reading("raw consumer", process, Reading.dials(files), events);
    }

    /** Parallel Consumer as {@code core} or {@code reactor}. */
    Reading parallelConsumer(String kind, int concurrency, int millis) throws IOException, InterruptedException {
        var topic = topic();
        var files = Reading.dialFiles(lab, "parallel-consumer", plan);
        var load = new KafkaPeers.ParallelLoad(kind, concurrency, millis);
        var process = KafkaPeers.parallelConsumer(
                lab, load, ground.bootstrap(progress), topic, ground.name("pc-" + kind), files);
        progress.say("Parallel Consumer 0.5.3.3 " + kind + ": ordering=KEY, maxConcurrency=" + concurrency
                + ", commitMode=PERIODIC_CONSUMER_ASYNCHRONOUS, max.poll.records=" + KafkaPeers.POLL_RECORDS_MAX
                + ", else its defaults");
        return new Reading("Parallel Consumer " + kind, process, Reading.dials(files), events);
    }

    /** Another engine. */
    Reading other(OtherEngine engine) throws IOException, InterruptedException {
        var topic = topic();
        var files = Reading.dialFiles(lab, "other", plan);
        var process = engine.start(lab, progress, ground.bootstrap(progress), topic, ground.name("other"), files);
        return new Reading(engine.name(), process, Reading.dials(files), events);
    }

    private String topic() throws IOException, InterruptedException {
        return ground.filledTopic(events, progress);
    }

    /** Ends the sides' processes. */
    static void stop(List<Reading> sides) throws InterruptedException {
        for (var side : sides) {
            side.stop();
        }
    }
}
