package dev.sluice.server.manifest;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Answers;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Broker and Trigger of {@code eventing.knative.dev/v1} as they are. A Broker is a topic of its name; a Trigger
 * reads it, and what its function answers goes back there. What has no meaning here is refused by its name.
 *
 * @see <a href="https://github.com/knative/specs/tree/main/specs/eventing">Knative's specification of eventing</a>
 */
final class KnativeReader {
    private static final String EXTERNAL_TOPIC = "kafka.eventing.knative.dev/external.topic";
    private static final String ORDER = "kafka.eventing.knative.dev/delivery.order";
    private static final String INJECTION = "eventing.knative.dev/injection";
    private static final String DEPENDENCY = "knative.dev/dependency";
    private static final String BROKER_CLASS = "eventing.knative.dev/broker.class";

    private final TopicReader topics;
    private final Set<String> memoryBrokers;
    private final KnativeDelivery deliveries;
    private final Map<String, KnativeBroker> brokers = new LinkedHashMap<>();
    private final List<TriggerManifest> deadLetterTriggers = new ArrayList<>();

    /**
     * A Broker of Knative's.
     *
     * @param topic the topic that stands for it
     * @param delivery what its Triggers do that set nothing of their own; null for the defaults
     */
    record KnativeBroker(TopicRef topic, KnativeDelivery.@Nullable Delivery delivery) {}

    /**
     * @param documents of Knative's Brokers
     * @param topics finds the broker that holds their topics
     * @param memoryBrokers of the brokers, those whose topics are empty when they start
     * @param functions that Triggers may name
     */
    KnativeReader(
            List<ManifestReader.Document> documents,
            TopicReader topics,
            Set<String> memoryBrokers,
            Set<String> functions) {
        this.topics = topics;
        this.memoryBrokers = memoryBrokers;
        deliveries = new KnativeDelivery(functions, this::topicOf);
        // Their topics first: a Broker's dead letters may go to one that stands behind it.
        var named = documents.stream()
                .filter(document -> document.metadata() != null)
                .toList();
        named.forEach(document -> brokers.put(document.name(), new KnativeBroker(topic(document), null)));
        named.forEach(this::readBroker);
    }

    /** The topics of its Brokers: what their Triggers answer goes back to where it came from. */
    Set<TopicRef> topics() {
        return brokers.values().stream().map(KnativeBroker::topic).collect(Collectors.toUnmodifiableSet());
    }

    /** The triggers that carry dead letters to functions, because a Trigger or a Broker says so. */
    List<TriggerManifest> deadLetterTriggers() {
        return deadLetterTriggers;
    }

    /** The topic of a Broker; empty when these files have none of that name. */
    Optional<TopicRef> topicOf(String broker) {
        return Optional.ofNullable(brokers.get(broker)).map(KnativeBroker::topic);
    }

    private TopicRef topic(ManifestReader.Document document) {
        var annotations = document.annotations();
        var name = annotations == null
                ? Optional.<String>empty()
                : annotations.matching(EXTERNAL_TOPIC, TopicReader.TOPIC, TopicReader.TOPIC_RULE);
        var metadata = Objects.requireNonNull(document.metadata());
        return new TopicRef(topics.standardBroker(metadata, "name"), name.orElse(document.name()));
    }

    private void readBroker(ManifestReader.Document document) {
        var spec = document.spec();
        var known = Objects.requireNonNull(brokers.get(document.name()));
        var annotations = document.annotations();
        if (annotations != null && annotations.has(BROKER_CLASS)) {
            annotations.warning(
                    BROKER_CLASS,
                    "has no effect: broker '" + known.topic().broker() + "' of these files has its topic");
        }
        if (spec == null) {
            return;
        }
        if (spec.has("config")) {
            spec.value("config");
            spec.warning("config", "has no effect: topics are made as the Broker of sluice.dev/v1 says");
        }
        var delivery = spec.section("delivery");
        if (delivery != null) {
            brokers.put(document.name(), new KnativeBroker(known.topic(), deliveries.read(delivery, known.topic())));
        }
        spec.end();
    }

    /** Reads their deliveries. */
    KnativeDelivery deliveries() {
        return deliveries;
    }

    @Nullable
    TriggerManifest readTrigger(ManifestReader.Document document) {
        var spec = Objects.requireNonNull(document.spec());
        var annotations = document.annotations();
        var broker = broker(spec, annotations);
        var function = function(spec);
        var filter = filter(spec);
        var ordering = ordering(annotations);
        var section = spec.section("delivery");
        KnativeDelivery.Delivery delivery = null;
        if (broker != null) {
            // Fields are not merged: one that the Trigger sets takes all of the Broker's away.
            delivery = section == null || section.keys().isEmpty()
                    ? broker.delivery()
                    : deliveries.read(section, broker.topic());
        }
        spec.end();
        if (broker == null || function.isEmpty()) {
            return null;
        }
        var chosen = delivery == null ? deliveries.standard(broker.topic()) : delivery;
        var trigger = trigger(document, function, broker.topic(), ordering, filter, chosen);
        addDeadLetterTrigger(trigger, trigger.answers(), chosen);
        return trigger;
    }

    private TriggerManifest trigger(
            ManifestReader.Document document,
            String function,
            TopicRef topic,
            Ordering ordering,
            EventFilter filter,
            KnativeDelivery.Delivery delivery) {
        var none = AnswersReader.none(function);
        // A new Trigger gets what comes from then on. Where nothing is older than the engine, that is all there is.
        var start = memoryBrokers.contains(topic.broker()) ? Start.EARLIEST : Start.LATEST;
        return new TriggerManifest(
                document.place(),
                document.name(),
                function,
                new Reading(topic, document.name(), start, ordering),
                null,
                null,
                filter,
                new Answers(List.of(new AnswerRoute(null, topic)), none.type(), none.source()),
                delivery.policy(),
                delivery.topicOf(document.name()),
                1,
                TriggerLimits.NONE);
    }

    /** Where dead letters go to a function, a trigger takes them there. */
    void addDeadLetterTrigger(TriggerManifest trigger, Answers answers, KnativeDelivery.Delivery delivery) {
        var function = delivery.function();
        var from = trigger.deadLetters();
        var reading = trigger.reading();
        if (function == null || from == null || reading == null) {
            return;
        }
        var own = new TopicRef(from.broker(), from.name() + ".dlq");
        deadLetterTriggers.add(new TriggerManifest(
                trigger.place(),
                trigger.name() + "-dead-letters",
                function,
                new Reading(from, trigger.name() + "-dead-letters", Start.EARLIEST, Ordering.NONE),
                null,
                null,
                EventFilter.PASS,
                answers,
                delivery.policy(),
                own,
                1,
                TriggerLimits.NONE));
    }

    private @Nullable KnativeBroker broker(Section spec, @Nullable Section annotations) {
        if (spec.has("brokerRef")) {
            spec.value("brokerRef");
            spec.mistake("brokerRef", "is not in this version: name the Broker as spec.broker");
            return null;
        }
        if (annotations != null && annotations.has(DEPENDENCY)) {
            annotations.value(DEPENDENCY);
            annotations.mistake(DEPENDENCY, "is not in this version: nothing waits for another object to be ready");
        }
        var name = spec.required("broker", "the name of a Broker of eventing.knative.dev/v1");
        if (name.isEmpty()) {
            return null;
        }
        var known = brokers.get(name);
        if (known != null) {
            return known;
        }
        if (annotations != null
                && annotations.text(INJECTION).filter("enabled"::equals).isPresent()) {
            var made = new KnativeBroker(new TopicRef(topics.standardBroker(spec, "broker"), name), null);
            brokers.put(name, made);
            return made;
        }
        spec.mistake(
                "broker",
                "is no Broker of eventing.knative.dev/v1 in these files" + Nearest.hint(name, brokers.keySet()));
        return null;
    }

    private String function(Section spec) {
        var subscriber = spec.requiredSection("subscriber", "a map with a ref to the function that gets the events");
        if (subscriber == null) {
            return "";
        }
        var name = deliveries.function(subscriber);
        subscriber.end();
        return name;
    }

    private static EventFilter filter(Section spec) {
        var legacy = spec.section("filter");
        var attributes = EventFilter.PASS;
        if (legacy != null) {
            attributes = FilterReader.attributes(legacy);
            legacy.end();
        }
        // Where both are given, the list counts, unless it is empty.
        return spec.value("filters") instanceof Value.Items items
                        && !items.values().isEmpty()
                ? FilterReader.read(spec)
                : attributes;
    }

    private static Ordering ordering(@Nullable Section annotations) {
        if (annotations == null || !annotations.has(ORDER)) {
            return Ordering.NONE;
        }
        var word = annotations.text(ORDER).orElse("");
        if (!word.equals("ordered") && !word.equals("unordered")) {
            annotations.mistake(ORDER, "must be ordered or unordered");
        }
        return word.equals("ordered") ? Ordering.PARTITION : Ordering.NONE;
    }
}
