package dev.sluice.load;

import dev.sluice.broker.kafka.server.KafkaCluster;
import dev.sluice.broker.kafka.server.KafkaOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka that figures are measured on, started when the first one asks: a throw-away node in a process of its own,
 * or one that runs already. Topics have 12 partitions and events of 1 KiB in binary mode, with 10,000 keys; a topic
 * that is only read is filled once and read again by new groups.
 */
final class KafkaGround implements AutoCloseable {
    static final int PARTITIONS = 12;

    /** What a filled topic holds, unless a figure needs another number. */
    static final int EVENTS = 2_000_000;

    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final Duration FILL_MAX = Duration.ofMinutes(5);
    private static final int LOOK_EVERY = 10_000;
    private static final Map<String, Object> FILLING =
            Map.of(ProducerConfig.LINGER_MS_CONFIG, 10, ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);

    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final Map<Integer, String> filled = new HashMap<>();
    private final @Nullable String given;
    private int names;
    private @Nullable KafkaCluster node;

    /** @param given bootstrap servers of a Kafka that runs; null starts one */
    KafkaGround(@Nullable String given) {
        this.given = given;
    }

    /** Bootstrap servers; starts the node when it is the first call. */
    String bootstrap(Progress progress) {
        if (given != null) {
            return given;
        }
        if (node == null) {
            progress.say("starting a Kafka for the figures");
            // A throw-away node spares the compiler's time; here it is to be as fast as a real one.
            node = KafkaCluster.start(
                    KafkaOptions.nodes(1).withFlag("-XX:TieredStopAtLevel=4").withFlag("-Xmx512m"));
        }
        return node.bootstrapServers();
    }

    /** A name for a topic or a group that nothing else has. */
    String name(String what) {
        return "bench-" + run + "-" + what + "-" + names++;
    }

    /** A new empty topic. */
    String emptyTopic(String what, Progress progress) throws IOException, InterruptedException {
        var topic = name(what);
        try (var admin =
                Admin.create(Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap(progress)))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("topic " + topic + " could not be created", e);
        }
        return topic;
    }

    /** A topic with so many events in it, filled on the first call. */
    String filledTopic(int events, Progress progress) throws IOException, InterruptedException {
        var known = filled.get(events);
        if (known != null) {
            return known;
        }
        var topic = emptyTopic("filled", progress);
        progress.say(String.format("filling a topic with %,d events", events));
        fill(topic, events, bootstrap(progress));
        filled.put(events, topic);
        return topic;
    }

    private static void fill(String topic, int events, String bootstrap) throws IOException {
        var end = System.nanoTime() + FILL_MAX.toNanos();
        var writer = new EventWriter(bootstrap, FILLING);
        try (writer) {
            for (var event = 0; event < events; event++) {
                writer.send(topic);
                if (event % LOOK_EVERY == 0) {
                    writer.mustBeWell();
                    if (System.nanoTime() > end) {
                        throw new IOException("topic " + topic + " was not full within " + FILL_MAX.toSeconds() + " s");
                    }
                }
            }
        }
        writer.mustBeWell();
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
        }
    }
}
