package dev.sluice.server.manifest;

import dev.sluice.broker.kafka.KafkaBrokerOptions;
import dev.sluice.broker.memory.MemoryLimits;
import java.util.Map;
import java.util.TreeMap;

/**
 * A broker to run or to connect to.
 *
 * @param place where it is written
 * @param name unique among brokers
 * @param kind what it is
 */
public record BrokerManifest(Place place, String name, Kind kind) {
    /** The name of the broker that is meant when none is named. */
    public static final String DEFAULT = "default";

    /** What a broker is. */
    public sealed interface Kind {
        /** As a manifest writes it. */
        String word();

        /** Its settings as texts, without secrets. */
        Map<String, String> settings();
    }

    /**
     * An embedded broker that keeps events until the process ends.
     *
     * @param limits what it keeps
     */
    public record Memory(MemoryLimits limits) implements Kind {
        @Override
        public String word() {
            return "memory";
        }

        @Override
        public Map<String, String> settings() {
            var shown = new TreeMap<String, String>();
            shown.put("partitions", String.valueOf(limits.partitions()));
            shown.put("event-bytes-max", String.valueOf(limits.eventBytesMax()));
            shown.put("topic-events-max", String.valueOf(limits.topicEventsMax()));
            shown.put("topic-bytes-max", String.valueOf(limits.topicBytesMax()));
            shown.put("bytes-max", String.valueOf(limits.bytesMax()));
            return shown;
        }
    }

    /**
     * A Kafka cluster.
     *
     * @param options how it is reached and used
     * @param written the values that name environment variables, as written, by the names that {@link
     *     KafkaBrokerOptions#described} gives them: what a variable holds is nothing to be shown
     */
    public record Kafka(KafkaBrokerOptions options, Map<String, String> written) implements Kind {
        public Kafka {
            written = Map.copyOf(written);
        }

        @Override
        public String word() {
            return "kafka";
        }

        @Override
        public Map<String, String> settings() {
            var shown = new TreeMap<>(options.described());
            shown.remove("name");
            shown.putAll(written);
            return shown;
        }
    }
}
