package dev.sluice.load.soak;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The manifest of an engine that takes part in a soak: a Kafka broker, the function that writes the ledger, and a
 * trigger.
 *
 * @param bootstrapServers where it finds Kafka
 * @param staticMember makes it a static member of its group; null for none
 * @param properties Kafka's client properties
 * @param topic what it reads
 * @param group in which group
 * @param ledger where the function writes
 * @param delayMillisMax up to which every run takes
 */
record EngineManifest(
        String bootstrapServers,
        @Nullable String staticMember,
        Map<String, String> properties,
        String topic,
        String group,
        Path ledger,
        int delayMillisMax) {
    /** How long Kafka waits for a member that says nothing before it gives its partitions to others. */
    static final int SESSION_MILLIS = 6_000;

    EngineManifest {
        properties = Map.copyOf(properties);
    }

    EngineManifest with(String property, String value) {
        var all = new LinkedHashMap<>(properties);
        all.put(property, value);
        return new EngineManifest(bootstrapServers, staticMember, all, topic, group, ledger, delayMillisMax);
    }

    EngineManifest withStaticMember(String member) {
        return new EngineManifest(bootstrapServers, member, properties, topic, group, ledger, delayMillisMax);
    }

    EngineManifest at(String servers) {
        return new EngineManifest(servers, staticMember, properties, topic, group, ledger, delayMillisMax);
    }

    /** In YAML. */
    String text() {
        var member = staticMember == null ? "" : "\n    static-member: \"" + staticMember + "\"";
        var all = properties.entrySet().stream()
                .map(property -> "\n      " + property.getKey() + ": '" + property.getValue() + "'")
                .sorted()
                .collect(Collectors.joining());
        return String.format(
                Locale.ROOT,
                """
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec:
                  kafka:
                    bootstrap-servers: "%s"%s%s
                    topics: {config: {max.message.bytes: "4000000"}}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: recorder}
                spec:
                  handler: dev.sluice.load.soak.Recorder
                  config: {ledger: "%s", delay-ms: "%d"}
                  concurrency: 64
                  timeout: 20s
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: %s}
                spec:
                  topic: {name: %s, group: %s, start: earliest, order: key}
                  function: recorder
                  delivery: {timeout: 20s, dead-letter: {topic: %s.dlq}}
                """,
                bootstrapServers,
                member,
                all.isEmpty() ? "" : "\n    properties:" + all,
                ledger,
                delayMillisMax,
                group,
                topic,
                group,
                topic);
    }
}
