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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
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
     * @param deleted whether the topic had older events, which it does not have any more
     * @param problem that the topic could not be read, and why; empty when it was
     */
    record Found(String topic, List<StoredEvent> events, long looked, boolean all, boolean deleted, String problem) {
        /** Of several, the one that arrived last, as far as its broker tells. */
        @Nullable
        StoredEvent newest() {
            var sorted = newestFirst();
            return sorted.isEmpty() ? null : sorted.get(0);
        }

        /** As they arrived, the last first. */
        List<StoredEvent> newestFirst() {
            return events.stream()
                    .sorted(Comparator.comparing(StoredEvent::arrived)
                            .thenComparingLong(StoredEvent::offset)
                            .reversed())
                    .toList();
        }

        /** The same, of some of its events. */
        Found only(Predicate<StoredEvent> which) {
            return new Found(topic, events.stream().filter(which).toList(), looked, all, deleted, problem);
        }

        /** How far the search went, as a clause. */
        String words() {
            return !problem.isEmpty()
                    ? Words.text(problem)
                    : (events.isEmpty() ? "not among " : "found among ") + (all ? "the " : "the newest ") + looked
                            + " events of " + topic + (events.isEmpty() ? unseen() : "");
        }

        private String unseen() {
            return !all ? ", whose older ones were not looked at" : deleted ? ", which has deleted older ones" : "";
        }
    }

    /** Looks at the newest 100,000 events, or at those that can be read in 5 s. Does not error. */
    Mono<Found> find(TopicRef topic, Predicate<StoredEvent> which) {
        var broker = brokers.apply(topic.broker());
        return broker.topics()
                .timeout(PATIENCE)
                .flatMap(topics -> topics.stream()
                        .filter(status -> status.topic().equals(topic.name()))
                        .findFirst()
                        .map(status -> read(broker, status, which))
                        .orElseGet(() -> Mono.just(unread(topic, "there is no topic " + topic.name()))))
                .onErrorResume(error -> Mono.just(unread(topic, cannot(topic.name(), why(error)))));
    }

    private static String cannot(String topic, String why) {
        return "topic " + topic + " can't be read: " + why;
    }

    private static Found unread(TopicRef topic, String why) {
        return new Found(topic.name(), List.of(), 0, false, false, why);
    }

    private static String why(Throwable error) {
        return error instanceof TimeoutException
                ? "its broker has not answered for " + PATIENCE.toSeconds() + " s"
                : String.valueOf(error.getMessage());
    }

    private static Mono<Found> read(Broker broker, TopicStatus topic, Predicate<StoredEvent> which) {
        var share = Math.max(1, EVENTS_MAX / Math.max(1, topic.partitions().size()));
        Map<Integer, Long> from = new HashMap<>();
        var all = true;
        var deleted = false;
        for (var partition : topic.partitions()) {
            var first = Math.max(partition.start(), partition.end() - share);
            all &= first == partition.start();
            deleted |= partition.start() > 0;
            from.put(partition.partition(), first);
        }
        var whole = all;
        var older = deleted;
        var seen = new Seen(which);
        return broker.read(topic.topic(), ReadRange.from(from))
                .limitRate(READ_AT_ONCE)
                .doOnNext(seen::look)
                .then(Mono.just(true))
                .timeout(PATIENCE, Mono.just(false))
                .onErrorResume(BrokerException.class, error -> {
                    seen.problem = cannot(topic.topic(), String.valueOf(error.getMessage()));
                    return Mono.just(false);
                })
                .map(complete -> seen.found(topic.topic(), whole && complete, older));
    }

    /** What a reading has come by. */
    private static final class Seen {
        private final Predicate<StoredEvent> which;
        private final List<StoredEvent> events = new ArrayList<>();
        private long looked;
        private volatile String problem = "";

        Seen(Predicate<StoredEvent> which) {
            this.which = which;
        }

        synchronized void look(StoredEvent stored) {
            looked++;
            if (which.test(stored)) {
                if (events.size() == FOUND_MAX) {
                    events.remove(0);
                }
                events.add(stored);
            }
        }

        synchronized Found found(String topic, boolean all, boolean deleted) {
            return new Found(topic, List.copyOf(events), looked, all, deleted, problem);
        }
    }

    /** An event of the id, and of the source when one is named. */
    static Predicate<CloudEvent> of(String id, @Nullable String source) {
        return event ->
                event.getId().equals(id) && (source == null || source.equals(WireEvent.textOf(event, "source")));
    }
}
