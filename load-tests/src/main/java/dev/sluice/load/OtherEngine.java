package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Another engine that brings Kafka's records to functions.
 *
 * @param name in a word or two
 * @param project its folder below {@code load-tests/peers}
 * @param artifact the library whose version is its own
 * @param mainClass what is started; it takes the mode, bootstrap servers, topic, group prefix, {@code
 *     max.poll.records}, the further arguments, and a dial per round
 * @param mode how its function takes events
 * @param more further arguments
 * @param settings how it is tuned, in words
 */
record OtherEngine(
        String name,
        String project,
        String artifact,
        String mainClass,
        String mode,
        List<String> more,
        String settings) {

    /** Spring Cloud Stream's Kafka binder: {@code record}, {@code batch} or {@code slow}. */
    static OtherEngine springCloudStream(String mode, int concurrency, int millis) {
        return new OtherEngine(
                "Spring Cloud Stream",
                "spring-cloud-stream",
                "spring-cloud-stream-binder-kafka",
                "dev.sluice.load.peer.stream.StreamConsumer",
                mode,
                List.of(Integer.toString(concurrency), Integer.toString(millis)),
                String.format(
                        Locale.ROOT,
                        "concurrency=%d, batch-mode=%b, use-native-decoding=true, ack mode BATCH",
                        concurrency,
                        mode.equals("batch")));
    }

    /** SmallRye Reactive Messaging's Kafka connector: {@code record} or {@code batch}. */
    static OtherEngine smallRye(String mode) {
        return new OtherEngine(
                "SmallRye",
                "smallrye-reactive-messaging",
                "smallrye-reactive-messaging-kafka",
                "dev.sluice.load.peer.smallrye.MessagingConsumer",
                mode,
                List.of(),
                "commit-strategy=throttled, tracing-enabled=false, batch=" + mode.equals("batch"));
    }

    /** Starts it, and tells how it is tuned. */
    ServerProcess start(Lab lab, Progress progress, String bootstrap, String topic, String group, List<Path> dials)
            throws IOException, InterruptedException {
        var peer = PeerProject.named(project);
        var path = peer.classPath(lab, progress);
        progress.say(name + " " + peer.version(artifact) + ": " + settings + ", max.poll.records="
                + KafkaPeers.POLL_RECORDS_MAX + ", else its defaults; Kafka client " + peer.version("kafka-clients"));
        var args =
                new ArrayList<>(List.of(mode, bootstrap, topic, group, Integer.toString(KafkaPeers.POLL_RECORDS_MAX)));
        args.addAll(more);
        dials.forEach(dial -> args.add(dial.toString()));
        return ServerProcess.start(lab, project, Lab.java(KafkaPeers.FLAGS, path, mainClass, args));
    }
}
