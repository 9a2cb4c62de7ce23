package dev.sluice.broker.kafka.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a throw-away Kafka is started with. Immutable; every method answers a changed copy.
 *
 * @param nodes how many, each broker and controller at once
 * @param settings broker settings that go before the ones chosen here
 * @param users passwords by user name; when there is one, the nodes have a second listener that asks for it
 *     (SASL_PLAINTEXT, PLAIN), and an authorizer that lets everyone do everything until a rule is made for a topic or
 *     group; who comes by the plain listener may always do everything
 * @param advertisedPorts a port per node, in the order of the nodes, or none; when given, the nodes have another plain
 *     listener that they advertise at these ports, where a proxy listens
 * @param classPath what the processes of a cluster run with; this JVM's own when it is empty
 * @param flags JVM flags of the processes of a cluster, beside the memory and compiler flags that keep them small
 */
public record KafkaOptions(
        int nodes,
        Map<String, String> settings,
        Map<String, String> users,
        List<Integer> advertisedPorts,
        String classPath,
        List<String> flags) {
    private static final int NODES_MAX = 9;

    /** Fails when the number of nodes is not from 1 to 9, or there is not one advertised port per node. */
    public KafkaOptions {
        if (nodes < 1 || nodes > NODES_MAX) {
            throw new IllegalArgumentException("nodes is " + nodes + ": must be from 1 to " + NODES_MAX);
        }
        if (!advertisedPorts.isEmpty() && advertisedPorts.size() != nodes) {
            throw new IllegalArgumentException(
                    "advertised-ports is " + advertisedPorts + ": must have one for each of " + nodes + " nodes");
        }
        settings = Map.copyOf(settings);
        users = Map.copyOf(users);
        advertisedPorts = List.copyOf(advertisedPorts);
        flags = List.copyOf(flags);
    }

    /** So many nodes with nothing special. */
    public static KafkaOptions nodes(int nodes) {
        return new KafkaOptions(nodes, Map.of(), Map.of(), List.of(), "", List.of());
    }

    /** With this broker setting, such as {@code message.max.bytes}. */
    public KafkaOptions with(String setting, String value) {
        return new KafkaOptions(nodes, plus(settings, setting, value), users, advertisedPorts, classPath, flags);
    }

    /** With a user who may come by the listener that asks for a password. */
    public KafkaOptions withUser(String name, String password) {
        return new KafkaOptions(nodes, settings, plus(users, name, password), advertisedPorts, classPath, flags);
    }

    /** With a listener that each node advertises at the port of a proxy. */
    public KafkaOptions advertisedAt(List<Integer> ports) {
        return new KafkaOptions(nodes, settings, users, ports, classPath, flags);
    }

    /** With the class path of the processes. */
    public KafkaOptions withClassPath(String path) {
        return new KafkaOptions(nodes, settings, users, advertisedPorts, path, flags);
    }

    /** With one more JVM flag for the processes. */
    public KafkaOptions withFlag(String flag) {
        var all = new ArrayList<>(flags);
        all.add(flag);
        return new KafkaOptions(nodes, settings, users, advertisedPorts, classPath, all);
    }

    /** Shows no password. */
    @Override
    public String toString() {
        return "KafkaOptions[nodes=" + nodes + ", settings=" + settings.keySet() + ", users=" + users.keySet()
                + ", advertisedPorts=" + advertisedPorts + "]";
    }

    private static Map<String, String> plus(Map<String, String> map, String key, String value) {
        var all = new LinkedHashMap<>(map);
        all.put(key, value);
        return all;
    }
}
