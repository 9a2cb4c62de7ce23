package dev.sluice.broker.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Kafka's client properties: which of a user's are taken, and what each kind of client gets of them. */
final class ClientProperties {
    private static final int PORT_MAX = 65_535;
    private static final long FETCH_MIN = 1L << 20;
    private static final long FETCH_MAX = 50L << 20;
    private static final long BUFFER_MAX = 1L << 30;
    private static final int REQUEST_MAX = 8 << 20;
    private static final int BATCH = 64 << 10;
    private static final int LINGER_MS = 5;

    /** A kind of client. */
    enum Kind {
        CONSUMER,
        PRODUCER,
        ADMIN;

        final String prefix = name().toLowerCase(Locale.ROOT) + ".";
    }

    private static final Map<Kind, Set<String>> KNOWN = Map.of(
            Kind.CONSUMER, ConsumerConfig.configNames(),
            Kind.PRODUCER, ProducerConfig.configNames(),
            Kind.ADMIN, AdminClientConfig.configNames());

    /** What the broker's promises rest on, and why; a value in the second place may be set all the same. */
    private static final Map<String, Owned> OWNED = owned();

    private record Owned(String reason, Set<String> allowed) {}

    private ClientProperties() {}

    private static Map<String, Owned> owned() {
        var owned = new LinkedHashMap<String, Owned>();
        own(owned, "bootstrap.servers", "set bootstrap-servers instead");
        own(owned, "group.id", "the trigger names its group");
        own(owned, "group.instance.id", "set instance-id instead");
        own(owned, "client.id", "the broker's name makes it");
        own(owned, "enable.auto.commit", "positions are committed when events are done", "false");
        own(owned, "auto.commit.interval.ms", "positions are committed when events are done");
        own(owned, "auto.offset.reset", "a position is never silently moved", "none");
        own(owned, "isolation.level", "what a transaction took back must not run", "read_committed");
        own(owned, "allow.auto.create.topics", "set create-topics instead", "false");
        own(owned, "exclude.internal.topics", "a source reads one topic by its name");
        own(owned, "acks", "an event is stored once all in-sync replicas have it", "all", "-1");
        own(owned, "enable.idempotence", "a repeated request must not double or reorder events", "true");
        own(owned, "retries", "send-deadline bounds the tries");
        own(owned, "delivery.timeout.ms", "set send-deadline instead");
        own(owned, "max.block.ms", "a send never blocks its caller");
        own(owned, "transactional.id", "sends are not transactional");
        own(owned, "transaction.two.phase.commit.enable", "sends are not transactional");
        for (var name : List.of("key.serializer", "value.serializer", "key.deserializer", "value.deserializer")) {
            own(owned, name, "records are CloudEvents");
        }
        return Map.copyOf(owned);
    }

    private static void own(Map<String, Owned> owned, String name, String reason, String... allowed) {
        owned.put(name, new Owned(reason, Set.of(allowed)));
    }

    static List<String> serverMistakes(String bootstrapServers) {
        var mistakes = new ArrayList<String>();
        for (var server : bootstrapServers.split(",", -1)) {
            var colon = server.lastIndexOf(':');
            if (colon < 1 || !isPort(server.substring(colon + 1).trim())) {
                mistakes.add("bootstrap-servers has '" + server.trim() + "', must be host:port");
            }
        }
        return mistakes;
    }

    private static boolean isPort(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= PORT_MAX;
    }

    /** What is wrong with names and with values that the broker depends on; without any value that may be secret. */
    static List<String> mistakes(Map<String, String> properties) {
        var mistakes = new ArrayList<String>();
        for (var property : new TreeSet<>(properties.keySet())) {
            var kind = kindOf(property);
            var name = kind == null ? property : property.substring(kind.prefix.length());
            var owned = OWNED.get(name);
            if (owned != null
                    && !owned.allowed.contains(
                            properties.getOrDefault(property, "").toLowerCase(Locale.ROOT))) {
                mistakes.add("property '" + property + "' can't be set: " + owned.reason);
            } else if (!isKnown(kind, name)) {
                var near = Nearest.to(name, namesFor(kind));
                if (near != null) {
                    mistakes.add("property '" + property + "' is unknown; did you mean '"
                            + (kind == null ? "" : kind.prefix) + near + "'?");
                }
            }
        }
        return mistakes;
    }

    static List<String> unknown(Map<String, String> properties) {
        return new TreeSet<>(properties.keySet())
                .stream()
                        .filter(property -> {
                            var kind = kindOf(property);
                            return !isKnown(kind, kind == null ? property : property.substring(kind.prefix.length()));
                        })
                        .toList();
    }

    private static @Nullable Kind kindOf(String property) {
        for (var kind : Kind.values()) {
            if (property.startsWith(kind.prefix)) {
                return kind;
            }
        }
        return null;
    }

    private static boolean isKnown(@Nullable Kind kind, String name) {
        return namesFor(kind).contains(name);
    }

    private static Collection<String> namesFor(@Nullable Kind kind) {
        if (kind != null) {
            return knownTo(kind);
        }
        var all = new TreeSet<String>();
        KNOWN.values().forEach(all::addAll);
        return all;
    }

    private static Set<String> knownTo(Kind kind) {
        return KNOWN.getOrDefault(kind, Set.of());
    }

    /** @throws IllegalArgumentException naming the first value that a client would not take, without secrets */
    static void check(String bootstrapServers, Map<String, String> properties, long bytesMax, Duration sendDeadline) {
        try {
            for (var kind : Kind.values()) {
                var config = common(kind, "check", bootstrapServers, properties);
                switch (kind) {
                    case CONSUMER -> new ConsumerConfig(consumer(config, bytesMax));
                    case PRODUCER -> new ProducerConfig(producer(config, bytesMax, sendDeadline));
                    case ADMIN -> new AdminClientConfig(config);
                }
            }
        } catch (ConfigException wrong) {
            throw new IllegalArgumentException(
                    "kafka: " + Secrets.of(properties).scrub(wrong.getMessage()));
        }
    }

    /** For the admin client. */
    static Map<String, Object> admin(KafkaBrokerOptions options) {
        return common(Kind.ADMIN, options.name(), options.bootstrapServers(), options.properties());
    }

    /** For the producer. */
    static Map<String, Object> producer(KafkaBrokerOptions options) {
        var common = common(Kind.PRODUCER, options.name(), options.bootstrapServers(), options.properties());
        return producer(common, options.bytesMax(), options.sendDeadline());
    }

    /** For a consumer, but its group and membership. */
    static Map<String, Object> consumer(KafkaBrokerOptions options) {
        var common = common(Kind.CONSUMER, options.name(), options.bootstrapServers(), options.properties());
        return consumer(common, options.bytesMax());
    }

    /** For a consumer that is in no group. */
    static Map<String, Object> tail(KafkaBrokerOptions options) {
        var config = consumer(options);
        config.keySet().removeAll(Set.of("group.protocol", "group.remote.assignor"));
        return config;
    }

    private static Map<String, Object> common(
            Kind kind, String name, String bootstrapServers, Map<String, String> properties) {
        var config = new HashMap<String, Object>();
        properties.forEach((property, value) -> {
            if (kindOf(property) == null && (knownTo(kind).contains(property) || !isKnown(null, property))) {
                config.put(property, value);
            }
        });
        properties.forEach((property, value) -> {
            if (kindOf(property) == kind) {
                config.put(property.substring(kind.prefix.length()), value);
            }
        });
        config.put("bootstrap.servers", bootstrapServers);
        config.put("client.id", "sluice-" + name + "-" + kind.prefix.replace(".", ""));
        return config;
    }

    private static Map<String, Object> consumer(Map<String, Object> config, long bytesMax) {
        var fetchMax = Math.min(FETCH_MAX, Math.max(FETCH_MIN, bytesMax / 8));
        config.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(fetchMax));
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }

    private static Map<String, Object> producer(Map<String, Object> config, long bytesMax, Duration sendDeadline) {
        var deadlineMs = sendDeadline.toMillis();
        config.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(Math.min(BUFFER_MAX, bytesMax / 4)));
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(Math.min(REQUEST_MAX, bytesMax / 8)));
        config.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, String.valueOf(BATCH));
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, String.valueOf(LINGER_MS));
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(deadlineMs));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "0");
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        // The producer refuses a deadline that does not reach one request and the wait for its batch.
        config.putIfAbsent(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, String.valueOf(Math.max(1, deadlineMs / 2 - LINGER_MS)));
        return config;
    }
}
