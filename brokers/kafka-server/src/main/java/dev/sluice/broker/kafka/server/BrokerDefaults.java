package dev.sluice.broker.kafka.server;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings of a broker that starts fast, holds little, notices deaths early and never creates a topic by itself. */
final class BrokerDefaults {
    private BrokerDefaults() {}

    /** The settings that do not differ by node. With three nodes or more: three replicas, two of them in sync. */
    static Map<String, String> of(int nodes) {
        var replicas = Integer.toString(Math.min(3, nodes));
        var inSync = nodes >= 3 ? "2" : "1";
        var settings = new HashMap<String, String>();
        settings.put("auto.create.topics.enable", "false");
        settings.put("default.replication.factor", replicas);
        settings.put("min.insync.replicas", inSync);
        for (var topic : new String[] {"transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(topic + ".replication.factor", replicas);
            settings.put(topic + ".min.isr", inSync);
            settings.put(topic + ".num.partitions", "2");
        }
        settings.put("offsets.topic.replication.factor", replicas);
        settings.put("offsets.topic.num.partitions", "2");
        settings.putAll(groups());
        settings.putAll(small());
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        return settings;
    }

    /** Deaths of group members are noticed in seconds; the floor for what a member may ask for is lower still. */
    private static Map<String, String> groups() {
        return Map.of(
                "group.coordinator.rebalance.protocols", "classic,consumer",
                "group.initial.rebalance.delay.ms", "0",
                "group.min.session.timeout.ms", "500",
                "group.consumer.session.timeout.ms", "6000",
                "group.consumer.min.session.timeout.ms", "1000",
                "group.consumer.heartbeat.interval.ms", "500",
                "group.consumer.min.heartbeat.interval.ms", "200");
    }

    private static Map<String, String> small() {
        return Map.of(
                "num.network.threads", "2",
                "num.io.threads", "4",
                "background.threads", "2",
                "log.cleaner.dedupe.buffer.size", "4194304",
                "log.cleaner.backoff.ms", "500",
                "log.index.size.max.bytes", "1048576");
    }

    /** A listener that asks for one of these passwords, and an authorizer. */
    static Map<String, String> passwords(Map<String, String> users) {
        var known = users.entrySet().stream()
                .map(user -> "user_" + user.getKey() + "=\"" + user.getValue() + "\"")
                .sorted()
                .collect(Collectors.joining(" "));
        return Map.of(
                "sasl.enabled.mechanisms",
                "PLAIN",
                "listener.name.sasl.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required " + known + ";",
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found",
                "true",
                "super.users",
                "User:ANONYMOUS");
    }
}
