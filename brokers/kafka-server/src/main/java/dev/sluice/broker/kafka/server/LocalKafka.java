package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka of one node inside this JVM, on free ports of the loopback address and in a temporary folder. It creates
 * no topic by itself and speaks both group protocols. The first start in a JVM takes some seconds, later ones a
 * fraction of one.
 *
 * <p>It logs through SLF4J under {@code org.apache.kafka}, {@code kafka} and {@code state.change.logger}, much of it at
 * INFO and below: let the tests' logging configuration keep these at WARN.
 */
public final class LocalKafka implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final int PORT_TRIES = 3;

    private static @Nullable LocalKafka shared;

    private final Folder folder;
    private final NodePlan plan;
    private final KafkaRaftServer server;
    private boolean closed;

    private LocalKafka(Folder folder, NodePlan plan, KafkaRaftServer server) {
        this.folder = folder;
        this.plan = plan;
        this.server = server;
    }

    /**
     * The one that all tests of this JVM share: started when first asked for, closed when the JVM ends. Never close it.
     */
    public static synchronized LocalKafka shared() {
        var running = shared;
        if (running == null) {
            running = start();
            shared = running;
            Runtime.getRuntime().addShutdownHook(new Thread(running::close, "shared-kafka-end"));
        }
        return running;
    }

    /** Starts one with nothing special. Blocks until it serves. */
    public static LocalKafka start() {
        return start(KafkaOptions.nodes(1));
    }

    /**
     * Starts one. Blocks until it serves.
     *
     * @throws IllegalStateException when it does not start
     */
    public static LocalKafka start(KafkaOptions options) {
        if (options.nodes() != 1) {
            throw new IllegalArgumentException("nodes is " + options.nodes() + ": a JVM runs 1; see KafkaCluster");
        }
        var failure = new IllegalStateException("Kafka did not start within " + PORT_TRIES + " tries");
        for (var tries = 0; tries < PORT_TRIES; tries++) {
            try {
                return startOn(options);
            } catch (IOException | RuntimeException e) {
                // Most likely somebody took a port in between: the next try has others.
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    private static LocalKafka startOn(KafkaOptions options) throws IOException {
        var folder = Folder.temporary();
        try {
            var plans = NodePlan.of(options, folder.path());
            var plan = plans.get(0);
            plan.format(Uuid.randomUuid());
            var config = KafkaConfig.fromProps(plan.settings(options, plans), false);
            var server = new KafkaRaftServer(config, Time.SYSTEM);
            var kafka = new LocalKafka(folder, plan, server);
            server.startup();
            Topics.awaitNodes(kafka.bootstrapServers(), 1, READY_MAX, () -> {});
            return kafka;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** Where clients connect without a password. */
    public String bootstrapServers() {
        return NodePlan.HOST + ":" + plan.plain();
    }

    /**
     * Where clients connect with a password (SASL_PLAINTEXT, PLAIN); nobody listens there when the options name no
     * user.
     */
    public String saslBootstrapServers() {
        return NodePlan.HOST + ":" + plan.sasl();
    }

    /** The port that a proxy connects to when the options name advertised ports. */
    public int proxiedPort() {
        return plan.proxied();
    }

    /**
     * Creates a topic of a name that no other test has: the prefix, a dash and something random. Blocks until the topic
     * can be written and read.
     *
     * @param config of the topic, such as {@code cleanup.policy}
     */
    public String createTopic(String prefix, int partitions, Map<String, String> config) {
        var name = prefix + "-" + Uuid.randomUuid().toString().replace('_', '.');
        Topics.create(bootstrapServers(), List.of(name), partitions, config);
        return name;
    }

    /** As {@link #createTopic(String, int, Map)} with nothing special. */
    public String createTopic(String prefix, int partitions) {
        return createTopic(prefix, partitions, Map.of());
    }

    /** A new client that administers it. The caller closes it. */
    public Admin admin() {
        return Topics.admin(bootstrapServers());
    }

    /** Ends it and deletes its folder. Does nothing the second time. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
        folder.close();
    }
}
