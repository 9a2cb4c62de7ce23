package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka whose nodes are processes: they can be killed and started again on their data. Nodes are numbered from
 * 1; each is broker and controller. With three nodes, topics have three replicas and need two in sync. The processes
 * end with this JVM, however it ends; {@link #close} and an orderly end of the JVM delete their folder as well.
 *
 * <p>Safe for use by several threads, which wait for one another.
 */
public final class KafkaCluster implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(3);

    private final KafkaOptions options;
    private final Folder folder;
    private final List<KafkaNode> nodes;
    private final Thread atExit = new Thread(this::end, "kafka-cluster-end");
    private boolean ended;

    private KafkaCluster(KafkaOptions options, Folder folder) throws IOException {
        this.options = options;
        this.folder = folder;
        var plans = NodePlan.of(options, folder.path());
        var cluster = Uuid.randomUuid();
        var all = new ArrayList<KafkaNode>();
        for (var plan : plans) {
            plan.format(cluster);
            all.add(new KafkaNode(plan, plan.settings(options, plans), options.classPath(), options.flags()));
        }
        nodes = List.copyOf(all);
    }

    /** Starts so many nodes with nothing special. Blocks until all serve. */
    public static KafkaCluster start(int nodes) {
        return start(KafkaOptions.nodes(nodes));
    }

    /**
     * Starts the nodes. Blocks until all serve.
     *
     * @throws IllegalStateException with the last words of the nodes when they do not within 3 minutes
     */
    public static KafkaCluster start(KafkaOptions options) {
        try {
            var folder = Folder.temporary();
            var cluster = new KafkaCluster(options, folder);
            Runtime.getRuntime().addShutdownHook(cluster.atExit);
            cluster.startAll();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException("Kafka could not be started", e);
        }
    }

    private void startAll() {
        try {
            for (var node = 1; node <= nodes.size(); node++) {
                restart(node);
            }
            Topics.awaitNodes(bootstrapServers(), nodes.size(), READY_MAX, this::mustRun);
        } catch (RuntimeException e) {
            var words = nodes.stream().map(KafkaNode::lastWords).collect(Collectors.joining("\n"));
            close();
            throw new IllegalStateException("Kafka did not start: " + words, e);
        }
    }

    private void mustRun() {
        for (var node : nodes) {
            if (!node.runs()) {
                throw new IllegalStateException("node " + node.plan().id() + " ended");
            }
        }
    }

    /** Where clients connect without a password: all nodes. */
    public String bootstrapServers() {
        return servers(NodePlan::plain);
    }

    /**
     * Where clients connect with a password (SASL_PLAINTEXT, PLAIN); nobody listens there when the options name no
     * user.
     */
    public String saslBootstrapServers() {
        return servers(NodePlan::sasl);
    }

    /** Where clients connect through proxies: the advertised ports of the options. */
    public String proxiedBootstrapServers() {
        return servers(plan -> options.advertisedPorts().get(plan.id() - 1));
    }

    /** The port that the proxy of this node connects to. */
    public int proxiedPort(int node) {
        return node(node).plan().proxied();
    }

    private String servers(ToIntFunction<NodePlan> port) {
        return nodes.stream()
                .map(node -> NodePlan.HOST + ":" + port.applyAsInt(node.plan()))
                .collect(Collectors.joining(","));
    }

    /** Ends a node with SIGKILL; what it had acknowledged may not have reached its disk. Blocks until it is gone. */
    public synchronized void kill(int node) {
        try {
            node(node).kill();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Ends a node with SIGTERM: it hands over what it leads first. Blocks until it is gone. */
    public synchronized void stop(int node) {
        try {
            node(node).stop();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Starts a node that was ended, on its data. Does not wait for it: see {@link #awaitInSync}. */
    public synchronized void restart(int node) {
        if (ended) {
            throw new IllegalStateException("the cluster was closed");
        }
        try {
            node(node).start();
        } catch (IOException e) {
            throw new UncheckedIOException("node " + node + " could not be started", e);
        }
    }

    /** Whether the process of this node lives. */
    public synchronized boolean runs(int node) {
        return node(node).runs();
    }

    /**
     * Blocks until all nodes serve and every replica of every partition is in sync.
     *
     * @throws IllegalStateException when that takes longer
     */
    public void awaitInSync(Duration max) {
        // Each node is asked for what it knows: others take a killed node for alive until its session ends.
        var end = System.nanoTime() + max.toNanos();
        for (var node : nodes) {
            var servers = NodePlan.HOST + ":" + node.plan().plain();
            Topics.awaitInSync(servers, nodes.size(), Duration.ofNanos(end - System.nanoTime()));
        }
    }

    /** What a node logged: its warnings. Deleted with the cluster. */
    public Path log(int node) {
        return node(node).log();
    }

    /** Creates a topic with the cluster's number of replicas. Blocks until it can be written and read. */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        Topics.create(bootstrapServers(), List.of(name), partitions, config);
    }

    /** A new client that administers it. The caller closes it. */
    public Admin admin() {
        return Topics.admin(bootstrapServers());
    }

    /** Kills all nodes and deletes their folder. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM ends already, and the hook runs.
        }
    }

    private synchronized void end() {
        ended = true;
        for (var node : nodes) {
            try {
                node.kill();
            } catch (InterruptedException e) {
                // The signal was sent; only the waiting was cut short.
                Thread.currentThread().interrupt();
            }
        }
        folder.close();
    }

    private KafkaNode node(int node) {
        if (node < 1 || node > nodes.size()) {
            throw new IllegalArgumentException("node is " + node + ": must be from 1 to " + nodes.size());
        }
        return nodes.get(node - 1);
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while a node ended", e);
    }
}
