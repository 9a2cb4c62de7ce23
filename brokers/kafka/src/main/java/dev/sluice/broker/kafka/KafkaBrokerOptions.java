package dev.sluice.broker.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.kafka.ContentMode;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import dev.sluice.cloudevents.kafka.KeyMapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link KafkaBroker} reaches its cluster and what it may use. What its text and {@link #described} show has no
 * secrets.
 *
 * @param name the name that manifests refer to it by
 * @param bootstrapServers where the cluster is first looked for: {@code host:port}, several with commas between
 * @param properties Kafka's own client properties, for all clients that know them; one that begins with {@code
 *     consumer.}, {@code producer.} or {@code admin.} is for that kind alone and goes before. TLS and SASL are set up
 *     here. Those that the broker's promises rest on are refused
 * @param partitions of topics that the broker creates, 1 to 10,000
 * @param replicationFactor of topics that the broker creates, 1 to 100; -1 for the cluster's default
 * @param topicConfig configuration of topics that the broker creates, such as {@code retention.ms}; {@code
 *     max.message.bytes} is twice {@code eventBytesMax} unless it is set here, so that the largest event and its dead
 *     letter fit
 * @param createTopics whether topics that don't exist are created; otherwise they are refused
 * @param bytesMax bytes that the broker's clients may hold together, at least 16 MiB: a quarter for sends
 *     ({@code buffer.memory}), an eighth for what one fetch brings ({@code fetch.max.bytes}), a sixteenth for sends
 *     that wait for room, unless the properties say otherwise
 * @param eventBytesMax the largest event that is read as one, 1 KiB to 256 MiB; larger records are undecodable. With
 *     64 KiB more for what the engine adds. No less than 1 MiB is ever in force
 * @param keyMapping the record's key when the publisher names none
 * @param contentMode how events are written; either way is always read
 * @param instanceId makes the engine a static member of its groups: a name that stays over restarts and that no other
 *     engine has; null for none
 * @param sendDeadline how long a send is tried once Kafka's producer has it, 1 s to 1 h ({@code delivery.timeout.ms});
 *     before that, it waits at most as long for a topic that can't be reached or for room
 * @param drainTimeout how long runs are waited for when their partition is taken away, 0 to 5 minutes
 * @param controlTopic the topic of states that outlive a process, one for all engines of a fleet; fleets on one
 *     cluster that are to know nothing of each other have topics of their own
 */
public record KafkaBrokerOptions(
        String name,
        String bootstrapServers,
        Map<String, String> properties,
        int partitions,
        int replicationFactor,
        Map<String, String> topicConfig,
        boolean createTopics,
        long bytesMax,
        int eventBytesMax,
        KeyMapping keyMapping,
        ContentMode contentMode,
        @Nullable String instanceId,
        Duration sendDeadline,
        Duration drainTimeout,
        String controlTopic) {
    /** Leaves the replication factor to the cluster. */
    public static final int CLUSTER_DEFAULT = -1;

    private static final long BYTES_MIN = 16L << 20;
    /** What the engine may add to an event on its way. */
    private static final int EVENT_GROWTH = KafkaRecords.LIMITS.eventBytes() - EventLimits.DEFAULT.eventBytes();

    private static final int EVENT_BYTES_MIN = 1 << 10;
    private static final int EVENT_BYTES_MAX = 256 << 20;
    private static final int PARTITIONS_MAX = 10_000;
    private static final int REPLICATION_MAX = 100;

    /** @throws IllegalArgumentException naming every mistake, without secrets */
    public KafkaBrokerOptions {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(bootstrapServers, "bootstrapServers");
        Objects.requireNonNull(keyMapping, "keyMapping");
        Objects.requireNonNull(contentMode, "contentMode");
        Objects.requireNonNull(sendDeadline, "sendDeadline");
        Objects.requireNonNull(drainTimeout, "drainTimeout");
        Objects.requireNonNull(controlTopic, "controlTopic");
        properties = Map.copyOf(properties);
        topicConfig = Map.copyOf(topicConfig);
        var mistakes = new Mistakes();
        mistakes.require(!name.isBlank(), "name", name, "a name");
        mistakes.require(isReplication(replicationFactor), "replication-factor", replicationFactor, "-1 or 1 to 100");
        mistakes.require(
                partitions >= 1 && partitions <= PARTITIONS_MAX, "partitions", partitions, "1 to " + PARTITIONS_MAX);
        mistakes.require(bytesMax >= BYTES_MIN, "bytes-max", bytesMax, "at least " + BYTES_MIN);
        mistakes.require(
                eventBytesMax >= EVENT_BYTES_MIN && eventBytesMax <= EVENT_BYTES_MAX,
                "event-bytes-max",
                eventBytesMax,
                EVENT_BYTES_MIN + " to " + EVENT_BYTES_MAX);
        mistakes.require(
                within(sendDeadline, Duration.ofSeconds(1), Duration.ofHours(1)),
                "send-deadline",
                sendDeadline,
                "1 s to 1 h");
        mistakes.require(
                within(drainTimeout, Duration.ZERO, Duration.ofMinutes(5)),
                "drain-timeout",
                drainTimeout,
                "0 to 5 minutes");
        mistakes.require(
                instanceId == null || instanceId.matches("[A-Za-z0-9._-]{1,200}"),
                "instance-id",
                String.valueOf(instanceId),
                "1 to 200 of A-Z a-z 0-9 . _ -");
        mistakes.require(
                controlTopic.matches("[A-Za-z0-9._-]{1,200}"),
                "control-topic",
                controlTopic,
                "1 to 200 of A-Z a-z 0-9 . _ -");
        mistakes.found.addAll(ClientProperties.serverMistakes(bootstrapServers));
        mistakes.found.addAll(ClientProperties.mistakes(properties));
        mistakes.throwIfAny();
        ClientProperties.check(bootstrapServers, properties, bytesMax, sendDeadline);
    }

    private static boolean isReplication(int factor) {
        return factor == CLUSTER_DEFAULT || (factor >= 1 && factor <= REPLICATION_MAX);
    }

    private static boolean within(Duration value, Duration min, Duration max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }

    /**
     * Everything else at its default: 4 partitions, the cluster's replication factor, topics created, a quarter of the
     * heap, events of 1 MiB, {@link KeyMapping#PARTITION_KEY}, binary mode, no static membership, 30 s per send, 4 s to
     * drain.
     */
    public static Builder builder(String name, String bootstrapServers) {
        return new Builder(name, bootstrapServers);
    }

    /** The same for events of another size. */
    public KafkaBrokerOptions withEventBytesMax(int bytes) {
        return new KafkaBrokerOptions(
                name,
                bootstrapServers,
                properties,
                partitions,
                replicationFactor,
                topicConfig,
                createTopics,
                bytesMax,
                bytes,
                keyMapping,
                contentMode,
                instanceId,
                sendDeadline,
                drainTimeout,
                controlTopic);
    }

    /** How records are read and written. */
    KafkaRecords records() {
        var bytes = Math.max(KafkaRecords.LIMITS.eventBytes(), eventBytesMax + EVENT_GROWTH);
        return new KafkaRecords()
                .withLimits(KafkaRecords.LIMITS.withEventBytes(bytes))
                .withMode(contentMode)
                .withKeys(keyMapping);
    }

    /** What {@code max.message.bytes} is for topics that the broker creates, unless it is configured. */
    int messageBytesCreated() {
        return 2 * Math.max(EventLimits.DEFAULT.eventBytes(), eventBytesMax);
    }

    /** Names of properties that no client of Kafka's knows; they are passed on, as a plug-in may read them. */
    public List<String> unknownProperties() {
        return ClientProperties.unknown(properties);
    }

    /** All settings as texts, by name as manifests write them, without secrets. */
    public Map<String, String> described() {
        var shown = new TreeMap<String, String>();
        shown.put("name", name);
        shown.put("bootstrap-servers", bootstrapServers);
        shown.put("partitions", String.valueOf(partitions));
        shown.put("replication-factor", String.valueOf(replicationFactor));
        shown.put("create-topics", String.valueOf(createTopics));
        shown.put("bytes-max", String.valueOf(bytesMax));
        shown.put("content-mode", contentMode.name().toLowerCase(Locale.ROOT));
        shown.put("send-deadline", sendDeadline.toString());
        shown.put("drain-timeout", drainTimeout.toString());
        shown.put("control-topic", controlTopic);
        if (instanceId != null) {
            shown.put("instance-id", instanceId);
        }
        Secrets.masked(topicConfig).forEach((key, value) -> shown.put("topic-config." + key, value));
        Secrets.masked(properties).forEach((key, value) -> shown.put("properties." + key, value));
        return shown;
    }

    @Override
    public String toString() {
        return "KafkaBrokerOptions" + described();
    }

    private static final class Mistakes {
        private final List<String> found = new ArrayList<>();

        void require(boolean met, String name, Object value, String rule) {
            if (!met) {
                found.add(name + " is " + value + ", must be " + rule);
            }
        }

        void throwIfAny() {
            if (!found.isEmpty()) {
                throw new IllegalArgumentException("kafka: " + String.join("; ", found));
            }
        }
    }

    /** Puts options together; its methods set what the parameters of {@link KafkaBrokerOptions} say. */
    public static final class Builder {
        private final String name;
        private final String bootstrapServers;
        private Map<String, String> properties = Map.of();
        private int partitions = 4;
        private int replicationFactor = CLUSTER_DEFAULT;
        private Map<String, String> topicConfig = Map.of();
        private boolean createTopics = true;
        private long bytesMax = Math.max(BYTES_MIN, Runtime.getRuntime().maxMemory() / 4);
        private int eventBytesMax = EventLimits.DEFAULT.eventBytes();
        private KeyMapping keyMapping = KeyMapping.PARTITION_KEY;
        private ContentMode contentMode = ContentMode.BINARY;
        private @Nullable String instanceId;
        private Duration sendDeadline = Duration.ofSeconds(30);
        private Duration drainTimeout = Duration.ofSeconds(4);
        private String controlTopic = "sluice.control";

        private Builder(String name, String bootstrapServers) {
            this.name = name;
            this.bootstrapServers = bootstrapServers;
        }

        /** Kafka's client properties; replaces those set before. */
        public Builder properties(Map<String, String> clientProperties) {
            this.properties = clientProperties;
            return this;
        }

        /** Partitions of created topics. */
        public Builder partitions(int count) {
            this.partitions = count;
            return this;
        }

        /** Copies of created topics. */
        public Builder replicationFactor(int copies) {
            this.replicationFactor = copies;
            return this;
        }

        /** Configuration of created topics; replaces what was set before. */
        public Builder topicConfig(Map<String, String> config) {
            this.topicConfig = config;
            return this;
        }

        /** Whether topics are created. */
        public Builder createTopics(boolean create) {
            this.createTopics = create;
            return this;
        }

        /** What the clients may hold. */
        public Builder bytesMax(long bytes) {
            this.bytesMax = bytes;
            return this;
        }

        /** The largest event that is read as one. */
        public Builder eventBytesMax(int bytes) {
            this.eventBytesMax = bytes;
            return this;
        }

        /** The key of records. */
        public Builder keyMapping(KeyMapping mapping) {
            this.keyMapping = mapping;
            return this;
        }

        /** How events are written. */
        public Builder contentMode(ContentMode mode) {
            this.contentMode = mode;
            return this;
        }

        /** Static membership; null for none. */
        public Builder instanceId(@Nullable String id) {
            this.instanceId = id;
            return this;
        }

        /** The deadline of sends. */
        public Builder sendDeadline(Duration deadline) {
            this.sendDeadline = deadline;
            return this;
        }

        /** How long to wait for runs of a partition that is taken away. */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = timeout;
            return this;
        }

        /** The topic of states. */
        public Builder controlTopic(String topic) {
            this.controlTopic = topic;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException naming every mistake, without secrets
         */
        public KafkaBrokerOptions build() {
            return new KafkaBrokerOptions(
                    name,
                    bootstrapServers,
                    properties,
                    partitions,
                    replicationFactor,
                    topicConfig,
                    createTopics,
                    bytesMax,
                    eventBytesMax,
                    keyMapping,
                    contentMode,
                    instanceId,
                    sendDeadline,
                    drainTimeout,
                    controlTopic);
        }
    }
}
