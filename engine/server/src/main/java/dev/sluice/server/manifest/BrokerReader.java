package dev.sluice.server.manifest;

import dev.sluice.broker.memory.MemoryLimits;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code kind: Broker}. */
final class BrokerReader {
    private BrokerReader() {}

    static @Nullable BrokerManifest read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        spec.notYet("kafka");
        var memory = spec.section("memory");
        if (!spec.has("memory") && !spec.has("kafka")) {
            spec.missing("memory", "a broker says what it is, such as memory: {partitions: 4}");
        }
        spec.end();
        var limits = memory == null ? null : limits(memory);
        return limits == null ? null : new BrokerManifest(document.place(), document.name(), limits);
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
