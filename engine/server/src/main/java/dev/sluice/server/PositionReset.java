package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.TopicStatus;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Moves the position that a trigger's group has on its topic. */
final class PositionReset {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POSITIONS_PATIENCE = Duration.ofSeconds(5);

    private final List<TriggerManifest> triggers;
    private final Function<String, Broker> brokers;

    /** @param brokers the node's, by name */
    PositionReset(List<TriggerManifest> triggers, Function<String, Broker> brokers) {
        this.triggers = List.copyOf(triggers);
        this.brokers = brokers;
    }

    /**
     * What was moved.
     *
     * @param triggers all that share the group's position
     * @param to where to, as asked for
     * @param partitions those whose position was moved
     */
    record Moved(String topic, String group, List<String> triggers, String to, List<MovedPartition> partitions) {}

    /**
     * A partition's part of it.
     *
     * @param from the position before; -1 when it was not known
     * @param to the position after; -1 when it is not known
     */
    record MovedPartition(int partition, long from, long to) {}

    /** The trigger of that name, if there is one. */
    Optional<TriggerManifest> trigger(String name) {
        return triggers.stream().filter(trigger -> trigger.name().equals(name)).findFirst();
    }

    /**
     * Moves the position. Completes once it is stored; errors with {@link BrokerException}, as when the broker keeps no
     * position or another engine reads one of the partitions.
     *
     * @param trigger reads a topic
     * @param partitions empty for all of the topic
     */
    Mono<Moved> reset(TriggerManifest trigger, Set<Integer> partitions, Start to) {
        var reading = Objects.requireNonNull(trigger.reading());
        var topic = reading.topic();
        var group = reading.group();
        var broker = brokers.apply(topic.broker());
        return positions(broker, topic.name(), group)
                .flatMap(before -> broker.reset(topic.name(), group, partitions, to)
                        .timeout(
                                PATIENCE,
                                Mono.error(() -> new BrokerException.Unavailable(
                                        topic.broker(), "no answer within " + PATIENCE.toSeconds() + " s", null)))
                        .then(positions(broker, topic.name(), group))
                        .map(after -> moved(topic, group, to, partitions, before, after)));
    }

    private Moved moved(
            TopicRef topic,
            String group,
            Start to,
            Set<Integer> partitions,
            Map<Integer, Long> before,
            Map<Integer, Long> after) {
        var all = new TreeSet<>(partitions);
        if (all.isEmpty()) {
            all.addAll(before.keySet());
            all.addAll(after.keySet());
        }
        var sharing = triggers.stream()
                .filter(trigger -> trigger.reading() != null
                        && trigger.reading().topic().equals(topic)
                        && trigger.reading().group().equals(group))
                .map(TriggerManifest::name)
                .toList();
        var moved = all.stream()
                .map(partition -> new MovedPartition(
                        partition, before.getOrDefault(partition, -1L), after.getOrDefault(partition, -1L)))
                .toList();
        return new Moved(topic.name(), group, sharing, to.toString(), moved);
    }

    /**
     * The group's positions as the broker tells them, for those who want to see what was moved; empty when it does not.
     */
    private static Mono<Map<Integer, Long>> positions(Broker broker, String topic, String group) {
        return broker.topics()
                .timeout(POSITIONS_PATIENCE)
                .onErrorReturn(List.of())
                .map(topics -> topics.stream()
                        .filter(status -> status.topic().equals(topic))
                        .findFirst()
                        .map(status -> positions(status, group))
                        .orElse(Map.of()));
    }

    private static Map<Integer, Long> positions(TopicStatus status, String group) {
        var positions = new TreeMap<Integer, Long>();
        status.partitions().forEach(partition -> positions.put(partition.partition(), -1L));
        status.groups().stream()
                .filter(lag -> Objects.equals(lag.group(), group))
                .map(Lag::partitions)
                .flatMap(List::stream)
                .forEach(lag -> positions.put(lag.partition(), lag.position()));
        return positions;
    }
}
