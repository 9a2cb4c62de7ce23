package dev.sluice.server.manifest;

import dev.sluice.broker.kafka.KafkaBrokerOptions;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.kafka.ContentMode;
import dev.sluice.cloudevents.kafka.KeyMapping;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code spec.kafka} of a Broker. What Kafka's own clients say of a property is told at that property; no value of
 * one is repeated in a mistake, since any may be secret.
 */
final class KafkaReader {
    private static final String SERVERS = "bootstrap-servers";
    private static final String SERVERS_RULE = "where the cluster is found, such as kafka-1:9092,kafka-2:9092";
    private static final String SOME_SERVER = "127.0.0.1:9092";
    private static final Pattern MEMBER = Pattern.compile("[A-Za-z0-9._-]{1,200}");
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,64}");
    private static final String NO_KEY = "none";

    private static final int PARTITIONS_MAX = 10_000;
    private static final int REPLICATION_MAX = 100;
    private static final long BYTES_MIN = 16L << 20;

    private final String name;
    private final Section kafka;
    private final @Nullable Section clients;
    private final Variables variables;
    private final Map<String, String> written = new HashMap<>();

    private KafkaReader(String name, Section kafka, Variables variables) {
        // A missing name is told where it is missing.
        this.name = name.isEmpty() ? BrokerManifest.DEFAULT : name;
        this.kafka = kafka;
        this.clients = kafka.section("properties");
        this.variables = variables;
    }

    /** The broker that the section describes; null, with mistakes told, when it can't be one. */
    static BrokerManifest.@Nullable Kafka read(String name, Section kafka, Variables variables) {
        return new KafkaReader(name, kafka, variables).read();
    }

    /** A cluster in the place of a memory broker, or of none; its topics have as many partitions. */
    static BrokerManifest.Kafka plain(String name, String bootstrapServers, BrokerManifest.@Nullable Memory instead) {
        var shown = name.isEmpty() ? BrokerManifest.DEFAULT : name;
        var options = KafkaBrokerOptions.builder(shown, bootstrapServers);
        if (instead != null) {
            options.partitions(instead.limits().partitions());
        }
        return new BrokerManifest.Kafka(options.build(), Map.of());
    }

    /** A cluster in the place of the one that the section describes: only its topics and keys are the same. */
    static BrokerManifest.Kafka readElsewhere(String name, Section kafka, String bootstrapServers) {
        var reader = new KafkaReader(name, kafka, new Variables(Map.of()));
        List.of(SERVERS, "static-member", "bytes-max", "send-deadline").forEach(kafka::value);
        var options = KafkaBrokerOptions.builder(reader.name, bootstrapServers)
                .keyMapping(reader.key())
                .controlTopic(reader.controlTopic())
                .contentMode(kafka.word("content-mode", ContentMode.BINARY));
        reader.topics(options);
        kafka.end();
        // One node has one copy of everything, whatever the real cluster keeps.
        return new BrokerManifest.Kafka(
                options.replicationFactor(KafkaBrokerOptions.CLUSTER_DEFAULT)
                        .createTopics(true)
                        .build(),
                Map.of());
    }

    private BrokerManifest.@Nullable Kafka read() {
        var before = kafka.mistakes().count();
        var servers = servers();
        var properties = properties();
        var options = KafkaBrokerOptions.builder(name, servers.isEmpty() ? SOME_SERVER : servers)
                .keyMapping(key())
                .contentMode(kafka.word("content-mode", ContentMode.BINARY))
                .instanceId(member())
                .controlTopic(controlTopic())
                .bytesMax(bytesMax())
                .sendDeadline(kafka.duration(
                        "send-deadline", Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofHours(1)));
        topics(options);
        kafka.end();
        if (kafka.mistakes().count() > before) {
            // Values that are wrong or missing would bring others.
            propertyMistakes(properties);
            return null;
        }
        return checked(options, properties);
    }

    private BrokerManifest.@Nullable Kafka checked(KafkaBrokerOptions.Builder options, Map<String, String> properties) {
        try {
            var taken = options.properties(properties).build();
            if (clients != null) {
                taken.unknownProperties()
                        .forEach(key -> clients.warningWithoutValue(
                                key,
                                "is no property that Kafka's clients know; it is passed on, for a plug-in to read"));
            }
            return new BrokerManifest.Kafka(taken, written);
        } catch (IllegalArgumentException wrong) {
            if (!propertyMistakes(properties)) {
                kafka.mistakeWithoutValue("properties", told(wrong));
            }
            return null;
        }
    }

    /** Tells which properties are wrong by themselves; false when none is. */
    private boolean propertyMistakes(Map<String, String> properties) {
        if (clients == null) {
            return false;
        }
        var any = false;
        for (var property : properties.entrySet()) {
            var mistake = mistakeOf(property.getKey(), property.getValue());
            if (mistake != null) {
                any = true;
                clients.mistakeWithoutValue(property.getKey(), mistake);
            }
        }
        return any;
    }

    private @Nullable String mistakeOf(String key, String value) {
        try {
            KafkaBrokerOptions.builder(name, SOME_SERVER)
                    .properties(Map.of(key, value))
                    .build();
            return null;
        } catch (IllegalArgumentException wrong) {
            var rule = told(wrong);
            var known = "property '" + key + "' ";
            var shown = rule.startsWith(known) ? rule.substring(known.length()) : rule;
            var asWritten = written.get("properties." + key);
            return asWritten == null || value.isEmpty() ? shown : shown.replace(value, asWritten);
        }
    }

    private static String told(IllegalArgumentException wrong) {
        return String.valueOf(wrong.getMessage()).replaceFirst("^kafka: ", "");
    }

    private String controlTopic() {
        return kafka.matching("control-topic", MEMBER, "must be 1 to 200 of letters, digits, dot, dash and underscore")
                .orElse("sluice.control");
    }

    private String servers() {
        var servers = filled(kafka, SERVERS, kafka.required(SERVERS, SERVERS_RULE), SERVERS)
                .orElse("");
        if (servers.isEmpty()) {
            return "";
        }
        try {
            KafkaBrokerOptions.builder(name, servers).build();
        } catch (IllegalArgumentException wrong) {
            kafka.mistake(SERVERS, "each must be host:port, such as kafka-1:9092");
            return "";
        }
        return servers;
    }

    private Map<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        if (clients == null) {
            return properties;
        }
        for (var key : clients.keys()) {
            if (clients.value(key) instanceof Value.Scalar scalar) {
                var text = scalar.absent() ? "" : scalar.text();
                filled(clients, key, text, "properties." + key).ifPresent(value -> properties.put(key, value));
            } else {
                clients.mistake(key, "must be a single value");
            }
        }
        return properties;
    }

    /** The text with its variables filled in; empty, and mistakes told, when one is missing. */
    private Optional<String> filled(Section section, String key, String text, String shownAs) {
        var filled = variables.fill(text);
        filled.mistakes().forEach(rule -> section.mistakeWithoutValue(key, rule));
        if (filled.filled()) {
            written.put(shownAs, text);
        }
        return filled.mistakes().isEmpty() ? Optional.of(filled.text()) : Optional.empty();
    }

    private KeyMapping key() {
        var attribute = kafka.matching(
                        "key", ATTRIBUTE, "must be the name of an attribute, such as partitionkey or subject, or none")
                .orElse("");
        return switch (attribute) {
            case "" -> KeyMapping.PARTITION_KEY;
            case NO_KEY -> KeyMapping.NONE;
            default -> event -> WireEvent.textOf(event, attribute);
        };
    }

    private @Nullable String member() {
        if (!kafka.has("static-member")) {
            kafka.value("static-member");
            return null;
        }
        var member = kafka.text("static-member")
                .flatMap(text -> filled(kafka, "static-member", text, "instance-id"))
                .orElse("");
        if (!member.isEmpty() && !MEMBER.matcher(member).matches()) {
            kafka.mistake("static-member", "must be 1 to 200 of letters, digits, dot, dash and underscore");
        }
        return member.isEmpty() ? null : member;
    }

    private long bytesMax() {
        var standard = Math.max(BYTES_MIN, Runtime.getRuntime().maxMemory() / 4);
        return kafka.bytes("bytes-max", standard, BYTES_MIN);
    }

    private void topics(KafkaBrokerOptions.Builder options) {
        var topics = kafka.section("topics");
        if (topics != null) {
            options.partitions(topics.whole("partitions", 4, 1, PARTITIONS_MAX));
            if (topics.has("replication-factor")) {
                options.replicationFactor(topics.whole("replication-factor", 1, 1, REPLICATION_MAX));
            }
            topics.value("replication-factor");
            options.topicConfig(topics.texts("config"));
            options.createTopics(topics.flag("create", true));
            topics.end();
        }
    }
}
