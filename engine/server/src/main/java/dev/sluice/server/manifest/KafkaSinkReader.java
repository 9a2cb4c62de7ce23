package dev.sluice.server.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the sink of a KafkaSource: a function, or a topic, to which a function of its own forwards the events. */
final class KafkaSinkReader {
    private final KnativeDelivery deliveries;
    private final PingSourceReader topicSinks;
    private final Set<String> functions;
    private final List<FunctionManifest> forwarders = new ArrayList<>();

    /**
     * Where events go.
     *
     * @param function that gets them
     * @param topic that gets its answers; null when these go nowhere
     */
    record Sink(String function, @Nullable TopicRef topic) {}

    /**
     * @param deliveries finds functions
     * @param topicSinks finds topics
     * @param functions the names that functions have
     */
    KafkaSinkReader(KnativeDelivery deliveries, PingSourceReader topicSinks, Set<String> functions) {
        this.deliveries = deliveries;
        this.topicSinks = topicSinks;
        this.functions = functions;
    }

    /** The functions that forward what goes to topics. */
    List<FunctionManifest> forwarders() {
        return forwarders;
    }

    /**
     * Reads {@code sink} of a KafkaSource.
     *
     * @param topics that it reads
     * @param broker that holds them
     */
    Sink read(ManifestReader.Document document, Section spec, List<String> topics, String broker) {
        var sink = spec.requiredSection("sink", "a map with a ref to a Service or a Broker, or with uri: /topics/NAME");
        if (sink == null) {
            return new Sink("", null);
        }
        if (!isTopic(sink)) {
            var function = deliveries.function(sink);
            sink.end();
            return new Sink(function, null);
        }
        var topic = topicSinks.sink(spec);
        var name = document.name() + "-forward";
        if (topic != null && topic.broker().equals(broker) && topics.contains(topic.name())) {
            spec.mistake("sink", "is topic '" + topic.name() + "', which it reads");
        } else if (functions.contains(name)) {
            spec.mistake("sink", "needs a function of the name '" + name + "', which another has");
        } else {
            forwarders.add(FunctionReader.own(document, spec, "sink", name, "dev.sluice.server.Forward"));
        }
        return new Sink(name, topic);
    }

    private static boolean isTopic(Section sink) {
        if (!sink.has("ref")) {
            return sink.has("uri");
        }
        return sink.value("ref") instanceof Value.Fields ref
                && ref.fields().stream()
                        .anyMatch(field -> field.key().equals("kind")
                                && field.value() instanceof Value.Scalar kind
                                && kind.text().equals("Broker"));
    }
}
