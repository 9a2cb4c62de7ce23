package dev.sluice.broker.kafka.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One node of a Kafka, planned: its ports, its folder and its settings. All listeners are on the loopback address.
 *
 * @param id from 1
 * @param folder where its log is
 * @param controller the port of its controller
 * @param plain the port of its plain listener
 * @param sasl the port of its listener that asks for a password
 * @param proxied the port behind the proxy
 */
record NodePlan(int id, Path folder, int controller, int plain, int sasl, int proxied) {
    static final String HOST = "127.0.0.1";
    private static final int PORTS = 4;

    /** Plans every node, each on ports of its own and in a folder of its own below the one given. */
    static List<NodePlan> of(KafkaOptions options, Path folder) {
        var ports = Ports.free(options.nodes() * PORTS);
        var plans = new ArrayList<NodePlan>();
        for (var node = 0; node < options.nodes(); node++) {
            var at = node * PORTS;
            plans.add(new NodePlan(
                    node + 1,
                    folder.resolve("node-" + (node + 1)),
                    ports.get(at),
                    ports.get(at + 1),
                    ports.get(at + 2),
                    ports.get(at + 3)));
        }
        return List.copyOf(plans);
    }

    /** The settings of this node among all nodes. */
    Properties settings(KafkaOptions options, List<NodePlan> all) {
        var settings = new Properties();
        settings.putAll(BrokerDefaults.of(options.nodes()));
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(id));
        settings.put("log.dirs", folder.resolve("log").toString());
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAIN");
        settings.put("controller.quorum.voters", voters(all));
        var listeners = new ArrayList<>(List.of(at("CONTROLLER", controller), at("PLAIN", plain)));
        var advertised = new ArrayList<>(List.of(at("PLAIN", plain)));
        var protocols = "CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT";
        if (!options.users().isEmpty()) {
            listeners.add(at("SASL", sasl));
            advertised.add(at("SASL", sasl));
            protocols += ",SASL:SASL_PLAINTEXT";
            settings.putAll(BrokerDefaults.passwords(options.users()));
        }
        if (!options.advertisedPorts().isEmpty()) {
            listeners.add(at("PROXIED", proxied));
            advertised.add(at("PROXIED", options.advertisedPorts().get(id - 1)));
            protocols += ",PROXIED:PLAINTEXT";
        }
        settings.put("listeners", String.join(",", listeners));
        settings.put("advertised.listeners", String.join(",", advertised));
        settings.put("listener.security.protocol.map", protocols);
        settings.putAll(options.settings());
        return settings;
    }

    /** Prepares the folder for the first start, as a member of this cluster. */
    void format(Uuid cluster) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, false, StandardCharsets.UTF_8)) {
            var log = folder.resolve("log").toString();
            new Formatter()
                    .setClusterId(cluster.toString())
                    .setNodeId(id)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(log)
                    .addDirectory(log)
                    .setPrintStream(out)
                    .run();
        } catch (Exception e) {
            throw new IOException(
                    "folder " + folder + " could not be formatted: " + said.toString(StandardCharsets.UTF_8), e);
        }
    }

    private static String voters(List<NodePlan> all) {
        var voters = new ArrayList<String>();
        all.forEach(node -> voters.add(node.id + "@" + HOST + ":" + node.controller));
        return String.join(",", voters);
    }

    private static String at(String listener, int port) {
        return listener + "://" + HOST + ":" + port;
    }
}
