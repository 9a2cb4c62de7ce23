package dev.sluice.server.manifest;

import dev.sluice.broker.memory.MemoryLimits;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Broker}. */
final class BrokerReader {
    private static final String MEMORY = "memory";
    private static final String KAFKA = "kafka";

    private final Variables variables;

    BrokerReader(Variables variables) {
        this.variables = variables;
    }

    /** Whether the document says that it is a memory broker, with or without mistakes. */
    static boolean isMemory(ManifestReader.Document document) {
        var spec = document.spec();
        return spec != null && spec.has(MEMORY) && !spec.has(KAFKA);
    }

    @Nullable
    BrokerManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var memory = memory(spec);
        var kafka = kafka(spec);
        spec.end();
        BrokerManifest.Kind kind = memory;
        if (kafka != null) {
            kind = KafkaReader.read(document.name(), kafka, variables);
        }
        return kind == null ? null : new BrokerManifest(document.place(), document.name(), kind);
    }

    /** The cluster at these servers, with the document's topics: what else it says of a broker has no use there. */
    BrokerManifest readElsewhere(ManifestReader.Document document, String bootstrapServers) {
        var spec = Objects.requireNonNull(document.spec());
        var memory = memory(spec);
        var kafka = kafka(spec);
        spec.end();
        var kind = kafka == null
                ? KafkaReader.plain(document.name(), bootstrapServers, memory)
                : KafkaReader.readElsewhere(document.name(), kafka, bootstrapServers);
        return new BrokerManifest(document.place(), document.name(), kind);
    }

    private static BrokerManifest.@Nullable Memory memory(Section spec) {
        var memory = spec.section(MEMORY);
        var limits = memory == null ? null : limits(memory);
        return limits == null ? null : new BrokerManifest.Memory(limits);
    }

    private static @Nullable Section kafka(Section spec) {
        if (!spec.has(MEMORY) && !spec.has(KAFKA)) {
            spec.missing(
                    MEMORY,
                    "a broker says what it is: memory: {partitions: 4}, or kafka: {bootstrap-servers: host:9092}");
        } else if (spec.has(MEMORY) && spec.has(KAFKA)) {
            spec.mistake(KAFKA, "is one too many: a broker has exactly one of memory and kafka");
        }
        return spec.section(KAFKA);
    }

    private static @Nullable MemoryLimits limits(Section memory) {
        var standard = MemoryLimits.DEFAULT;
        var partitions = memory.whole("partitions", standard.partitions(), 1, 1_024);
        var topicsMax = memory.whole("topics-max", standard.topicsMax(), 1, 1_000_000);
        var topicEventsMax = memory.wholeLong("topic-events-max", standard.topicEventsMax(), 1, 1L << 40);
        var eventBytesMax =
                (int) Math.min(memory.bytes("event-bytes-max", standard.eventBytesMax(), 1), Integer.MAX_VALUE);
        var topicBytesMax = memory.bytes("topic-bytes-max", standard.topicBytesMax(), 1);
        var bytesMax = memory.bytes("bytes-max", Math.max(standard.bytesMax(), topicBytesMax), 1);
        var waitingSendsMax = memory.whole("waiting-sends-max", standard.waitingSendsMax(), 0, 1_000_000);
        var sendDeadline =
                memory.duration("send-deadline", standard.sendDeadline(), Duration.ofMillis(1), Duration.ofHours(1));
        memory.end();
        if (topicBytesMax < eventBytesMax) {
            memory.mistake("topic-bytes-max", "must leave room for one event of " + eventBytesMax + " bytes");
            return null;
        }
        if (bytesMax < topicBytesMax) {
            memory.mistake("bytes-max", "must leave room for one topic of " + topicBytesMax + " bytes");
            return null;
        }
        return new MemoryLimits(
                partitions,
                topicsMax,
                topicEventsMax,
                topicBytesMax,
                bytesMax,
                waitingSendsMax,
                sendDeadline,
                eventBytesMax);
    }
}
