package dev.sluice.server.manifest;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Answers;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import dev.sluice.trigger.topic.SourceForm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code kind: KafkaSource} of {@code sources.knative.dev/v1} as a trigger for each of its topics, on the broker
 * that has one of its servers. Its sink is a function, or a topic to which a function of its own forwards the events.
 * What can't be done here is refused by name.
 *
 * @see <a href="https://knative.dev/docs/eventing/sources/kafka-source/">Knative Source for Apache Kafka</a>
 */
final class KafkaSourceReader {
    private static final String KEY_TYPE = "kafkasources.sources.knative.dev/key-type";
    private static final String AUTOSCALING = "autoscaling.";
    private static final int EXTENSIONS_MAX = 16;
    private static final int EXTENSION_CHARS_MAX = 1_024;

    private final KnativeReader knative;
    private final KafkaSinkReader sinks;
    private final KafkaClusters clusters;
    private final Set<String> triggers;

    /** What one document says of all its topics; {@code delivery} is null for the defaults. */
    private record Spec(
            ManifestReader.Document document,
            String group,
            Start start,
            Ordering ordering,
            Map<String, String> extensions,
            KnativeDelivery.@Nullable Delivery delivery,
            KafkaSinkReader.Sink sink) {}

    /**
     * @param knative reads deliveries
     * @param triggers the names that triggers have, those of KafkaSources among them
     */
    KafkaSourceReader(KnativeReader knative, KafkaSinkReader sinks, KafkaClusters clusters, Set<String> triggers) {
        this.knative = knative;
        this.sinks = sinks;
        this.clusters = clusters;
        this.triggers = new HashSet<>(triggers);
    }

    List<TriggerManifest> read(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var before = spec.mistakes().count();
        var broker = broker(spec);
        var topics = topics(spec);
        var names = names(document, spec, topics);
        var source = new TopicRef(broker, topics.isEmpty() ? "" : topics.get(0));
        var read = new Spec(
                document,
                spec.matching(
                                "consumerGroup",
                                TopicReader.TOPIC,
                                "must be 1 to 249 of letters, digits, dot, dash and underscore")
                        .orElse(document.name()),
                spec.word("initialOffset", Offset.LATEST) == Offset.EARLIEST ? Start.EARLIEST : Start.LATEST,
                spec.word("ordering", Order.ORDERED) == Order.ORDERED ? Ordering.PARTITION : Ordering.NONE,
                extensions(spec),
                delivery(spec, source),
                sinks.read(document, spec, topics, broker));
        refuse(document, spec);
        spec.end();
        if (spec.mistakes().count() > before) {
            return List.of();
        }
        var made = new ArrayList<TriggerManifest>();
        for (var i = 0; i < topics.size(); i++) {
            made.add(trigger(read, names.get(i), new TopicRef(broker, topics.get(i))));
        }
        return made;
    }

    private enum Offset {
        EARLIEST,
        LATEST
    }

    private enum Order {
        ORDERED,
        UNORDERED
    }

    private TriggerManifest trigger(Spec spec, String name, TopicRef topic) {
        var document = spec.document();
        var written = spec.delivery();
        var delivery = written == null
                ? knative.deliveries().standard(topic)
                : new KnativeDelivery.Delivery(written.policy(), topic, written.deadLetters(), written.function());
        var none = AnswersReader.none(spec.sink().function());
        var to = spec.sink().topic();
        var form = new SourceForm(topic.name(), sourceOf(document, topic.name()), spec.extensions());
        var trigger = new TriggerManifest(
                document.place(),
                name,
                spec.sink().function(),
                new Reading(topic, spec.group(), spec.start(), spec.ordering(), form),
                null,
                null,
                EventFilter.PASS,
                to == null ? none : new Answers(List.of(new AnswerRoute(null, to)), none.type(), none.source()),
                delivery.policy(),
                delivery.topicOf(name),
                1,
                TriggerLimits.NONE);
        knative.addDeadLetterTrigger(trigger, none, delivery);
        return trigger;
    }

    private static String sourceOf(ManifestReader.Document document, String topic) {
        var metadata = document.metadata();
        var namespace =
                metadata == null ? "default" : metadata.text("namespace").orElse("default");
        return "/apis/v1/namespaces/" + namespace + "/kafkasources/" + document.name() + "#" + topic;
    }

    private String broker(Section spec) {
        var servers = new ArrayList<String>();
        for (var written : texts(spec, "bootstrapServers", "a list of servers, each host:port")) {
            servers.addAll(List.of(written.split("\\s*,\\s*")));
        }
        var found = servers.isEmpty() ? Optional.<String>empty() : clusters.at(servers);
        if (found.isEmpty() && !servers.isEmpty() && clusters.complete()) {
            var rule = clusters.names().isEmpty()
                    ? "; write one, with spec.kafka.bootstrap-servers"
                    : ", but those of others: " + String.join(", ", clusters.names());
            spec.mistakes()
                    .add(
                            spec.place("bootstrapServers"),
                            spec.path("bootstrapServers"),
                            String.join(",", servers),
                            "must be servers of a Broker of " + Kind.SLUICE + " with kafka, and these files have none"
                                    + " of them" + rule);
        }
        return found.orElse(BrokerManifest.DEFAULT);
    }

    private static List<String> topics(Section spec) {
        var topics = new LinkedHashSet<String>();
        for (var topic : texts(spec, "topics", "a list of the topics to read")) {
            if (!TopicReader.TOPIC.matcher(topic).matches()) {
                spec.mistake("topics", "has '" + topic + "', which " + TopicReader.TOPIC_RULE);
            } else if (!topics.add(topic)) {
                spec.mistake("topics", "has '" + topic + "' twice");
            }
        }
        return List.copyOf(topics);
    }

    private static List<String> texts(Section spec, String key, String rule) {
        if (!spec.has(key)) {
            spec.required(key, rule);
            return List.of();
        }
        var texts = new ArrayList<String>();
        if (spec.value(key) instanceof Value.Items items) {
            for (var item : items.values()) {
                if (item instanceof Value.Scalar scalar && !scalar.text().isBlank()) {
                    texts.add(scalar.text().strip());
                }
            }
            if (texts.size() == items.values().size() && !texts.isEmpty()) {
                return texts;
            }
        }
        spec.mistake(key, "must be " + rule);
        return List.of();
    }

    /** The names of its triggers: its own, or one for each topic. */
    private List<String> names(ManifestReader.Document document, Section spec, List<String> topics) {
        if (topics.size() < 2) {
            return List.of(document.name());
        }
        var names = new ArrayList<String>();
        for (var topic : topics) {
            var name = document.name() + "-" + topic;
            if (!triggers.add(name)) {
                spec.mistake("topics", "has '" + topic + "', whose trigger would be '" + name + "', as another's is");
            }
            names.add(name);
        }
        return names;
    }

    private static Map<String, String> extensions(Section spec) {
        var before = spec.mistakes().count();
        var extensions = PingSourceReader.extensions(spec);
        if (extensions.size() > EXTENSIONS_MAX) {
            spec.mistake("ceOverrides", "must have at most " + EXTENSIONS_MAX + " extensions");
        }
        extensions.forEach((name, value) -> {
            if (name.equals("sluicehops") || name.startsWith("dl")) {
                spec.mistake("ceOverrides", "has '" + name + "', which the engine sets itself");
            } else if (value.length() > EXTENSION_CHARS_MAX) {
                spec.mistake("ceOverrides", "has '" + name + "' of over " + EXTENSION_CHARS_MAX + " characters");
            } else {
                checkExtension(spec, name, value);
            }
        });
        return spec.mistakes().count() > before ? Map.of() : extensions;
    }

    private static void checkExtension(Section spec, String name, String value) {
        try {
            WireEvent.builder()
                    .id("1")
                    .source("/")
                    .type("sample")
                    .extension(name, value)
                    .build();
        } catch (InvalidEventException wrong) {
            spec.mistake("ceOverrides", "has '" + name + "', which can't be an extension: " + wrong.getMessage());
        }
    }

    private KnativeDelivery.@Nullable Delivery delivery(Section spec, TopicRef source) {
        var section = spec.section("delivery");
        return section == null || section.keys().isEmpty()
                ? null
                : knative.deliveries().read(section, source);
    }

    /** What it may say and is not done here; what is empty, as a cluster writes it, says nothing. */
    private static void refuse(ManifestReader.Document document, Section spec) {
        spec.parsed(
                "consumers",
                "must be 1: an engine reads a topic once, and the function's scaling says how many events run",
                text -> text.equals("1") ? Optional.of(1) : Optional.empty());
        if (says(spec.value("net"))) {
            spec.mistakeWithoutValue("net", "is not in this version: the Broker's properties say how it is reached");
        }
        var metadata = document.metadata();
        var labels = metadata == null ? null : metadata.section("labels");
        if (labels != null
                && labels.has(KEY_TYPE)
                && !labels.text(KEY_TYPE).orElse("").equals("string")) {
            labels.mistake(KEY_TYPE, "is not in this version but for string: a key is text where it can be");
        }
        var annotations = document.annotations();
        if (annotations != null) {
            annotations.keys().stream()
                    .filter(key -> key.contains(AUTOSCALING))
                    .forEach(key -> annotations.warning(key, "has no effect: the function's scaling says it"));
        }
    }

    private static boolean says(@Nullable Value value) {
        if (value instanceof Value.Fields map) {
            return map.fields().stream().anyMatch(field -> says(field.value()));
        }
        if (value instanceof Value.Items list) {
            return list.values().stream().anyMatch(KafkaSourceReader::says);
        }
        return value instanceof Value.Scalar scalar
                && !scalar.absent()
                && !scalar.text().equals("false");
    }
}
