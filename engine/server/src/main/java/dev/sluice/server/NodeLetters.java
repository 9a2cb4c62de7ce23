package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.deadletters.LetterTopic;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The topics that triggers of this node put dead letters on, and the desk for work on them. */
final class NodeLetters {
    private final DeadLetterDesk desk;
    private final Function<String, Broker> brokers;
    private final Map<String, TopicRef> topics = new LinkedHashMap<>();

    /** @param brokers the node's, by name */
    NodeLetters(List<TriggerManifest> triggers, Function<String, Broker> brokers, DeadLetterDesk desk) {
        this.desk = desk;
        this.brokers = brokers;
        var named = new LinkedHashSet<TopicRef>();
        triggers.stream()
                .map(TriggerManifest::deadLetters)
                .filter(Objects::nonNull)
                .forEach(named::add);
        for (var topic : named) {
            if (topics.putIfAbsent(topic.name(), topic) != null) {
                topics.put(topic.broker() + "." + topic.name(), topic);
            }
        }
    }

    DeadLetterDesk desk() {
        return desk;
    }

    /** What became of the letter at that place, OPEN, REDRIVEN or DISCARDED; empty when nobody knows. */
    Mono<String> mark(TopicRef topic, int partition, long offset) {
        return Mono.defer(() -> {
                    var broker = brokers.apply(topic.broker());
                    return desk.show(new LetterTopic(broker, broker.control(), topic.name()), partition + ":" + offset);
                })
                .map(letter -> letter.path("state").asText())
                .onErrorResume(UnsupportedOperationException.class, noStates -> Mono.empty());
    }

    /** By name; where several brokers have a topic of it, the others' are called {@code broker.name}. */
    List<String> names() {
        return List.copyOf(topics.keySet());
    }

    /** The topic of that name; throws {@link UnsupportedOperationException} when its broker keeps no states. */
    Optional<LetterTopic> topic(String name) {
        return Optional.ofNullable(topics.get(name)).map(topic -> {
            var broker = brokers.apply(topic.broker());
            return new LetterTopic(broker, broker.control(), topic.name());
        });
    }
}
