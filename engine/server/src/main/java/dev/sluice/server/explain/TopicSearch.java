package dev.sluice.server.explain;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.server.manifest.TopicRef;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Looks for an event among the newest of a topic, within a number and a time. */
final class TopicSearch {
    /** Events of a topic that are looked at. */
    static final int EVENTS_MAX = 100_000;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int FOUND_MAX = 16;
    private static final int READ_AT_ONCE = 512;

    private final Function<String, Broker> brokers;

    /** @param brokers the node's, by name */
    TopicSearch(Function<String, Broker> brokers) {
        this.brokers = brokers;
    }

    /**
     * What was found.
     *
     * @param topic the topic's name
     * @param events those that match, the last 16 at most, as they stand
     * @param looked events looked at
     * @param all whether these are all that the topic has
     * @param problem why the topic could not be read; empty when it was
     */
    record Found(String topic, List<StoredEvent> events, long looked, boolean all, String problem) {
        /** Of several, the one that arrived last. */
        @Nullable
        StoredEvent newest() {
            return events.isEmpty() ? null : events.get(events.size() - 1);
        }

        /** How far the search went, as a clause. */
        String words() {
            return !problem.isEmpty()
                    ? "topic " + topic + " can't be read: " + Words.text(problem)
                    : (events.isEmpty() ? "not among " : "found among ") + (all ? "the " : "the newest ") + looked
                            + " events of " + topic;
        }
    }

    /** Looks at the newest 100,000 events, or at those that can be read in 5 s. Does not error. */
    Mono<Found> find(TopicRef topic, Predicate<CloudEvent> which) {
        var broker = brokers.apply(topic.broker());
        return broker.topics()
                .timeout(PATIENCE)
                .flatMap(topics -> topics.stream()
                        .filter(status -> status.topic().equals(topic.name()))
                        .findFirst()
                        .map(status -> read(broker, status, which))
                        .orElseGet(() -> Mono.just(new Found(topic.name(), List.of(), 0, true, ""))))
                .onErrorResume(error ->
                        Mono.just(new Found(topic.name(), List.of(), 0, false, String.valueOf(error.getMessage()))));
    }

    private static Mono<Found> read(Broker broker, TopicStatus topic, Predicate<CloudEvent> which) {
        var share = Math.max(1, EVENTS_MAX / Math.max(1, topic.partitions().size()));
        Map<Integer, Long> from = new HashMap<>();
        var all = true;
        for (var partition : topic.partitions()) {
            var first = Math.max(partition.start(), partition.end() - share);
            all &= first == partition.start();
            from.put(partition.partition(), first);
        }
        var whole = all;
        var seen = new Seen(which);
        return broker.read(topic.topic(), ReadRange.from(from))
                .limitRate(READ_AT_ONCE)
                .doOnNext(seen::look)
                .then(Mono.just(true))
                .timeout(PATIENCE, Mono.just(false))
                .onErrorResume(BrokerException.class, error -> {
                    seen.problem = String.valueOf(error.getMessage());
                    return Mono.just(false);
                })
                .map(complete -> seen.found(topic.topic(), whole && complete));
    }

    /** What a reading has come by. */
    private static final class Seen {
        private final Predicate<CloudEvent> which;
        private final List<StoredEvent> events = new ArrayList<>();
        private long looked;
        private volatile String problem = "";

        Seen(Predicate<CloudEvent> which) {
            this.which = which;
        }

        synchronized void look(StoredEvent stored) {
            looked++;
            if (which.test(stored.event())) {
                if (events.size() == FOUND_MAX) {
                    events.remove(0);
                }
                events.add(stored);
            }
        }

        synchronized Found found(String topic, boolean all) {
            return new Found(topic, List.copyOf(events), looked, all, problem);
        }
    }

    /** An event of the id, and of the source when one is named. */
    static Predicate<CloudEvent> of(String id, @Nullable String source) {
        return event ->
                event.getId().equals(id) && (source == null || source.equals(WireEvent.textOf(event, "source")));
    }
}
