package dev.sluice.server.explain;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Lag.PartitionLag;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalEntry;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.TriggerManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Answers why an event was delivered to a trigger, or was not. Asks in this order, up to the first that knows: the
 * events that the engine has open, the journal, the topic and the group's position there, the dead letters. Blocks.
 */
public final class Explainer {
    private static final Duration OPEN_PATIENCE = Duration.ofSeconds(3);

    private final Supplier<String> node;
    private final Journal journal;
    private final Function<String, Mono<List<OpenEvent>>> open;
    private final List<TriggerManifest> triggers;
    private final Supplier<List<TriggerStatus>> statuses;
    private final TopicSearch search;

    /**
     * @param node this node's name
     * @param journal what was decided here
     * @param open the open events of an id
     * @param triggers those of the manifest
     * @param statuses of the same, as they are now
     * @param brokers the node's, by name
     */
    public Explainer(
            Supplier<String> node,
            Journal journal,
            Function<String, Mono<List<OpenEvent>>> open,
            List<TriggerManifest> triggers,
            Supplier<List<TriggerStatus>> statuses,
            Function<String, Broker> brokers) {
        this.node = node;
        this.journal = journal;
        this.open = open;
        this.triggers = List.copyOf(triggers);
        this.statuses = statuses;
        this.search = new TopicSearch(brokers);
    }

    /** The trigger of that name, if there is one. */
    public Optional<TriggerManifest> trigger(String name) {
        return triggers.stream().filter(trigger -> trigger.name().equals(name)).findFirst();
    }

    /**
     * What became of an event at a trigger; {@link Outcome#UNKNOWN} when nothing is known of it. Blocks, up to some 15
     * seconds.
     *
     * @param event its id
     * @param source its source, when several may have the id; null for any
     */
    public Explanation explain(TriggerManifest trigger, String event, @Nullable String source) {
        return new Case(trigger, event, source).explain();
    }

    /** All about an event that the journal has, and what came of it. Blocks, up to some seconds. */
    public Trace trace(String event, @Nullable String source) {
        return new TraceTree(node.get(), journal, this::openEvents).of(event, source);
    }

    private List<OpenEvent> openEvents(String event) {
        return Objects.requireNonNullElse(
                open.apply(event).timeout(OPEN_PATIENCE, Mono.just(List.of())).block(), List.of());
    }

    /** One question. */
    private final class Case {
        private final TriggerManifest trigger;
        private final String event;
        private final @Nullable String source;
        private final List<String> facts = new ArrayList<>();

        Case(TriggerManifest trigger, String event, @Nullable String source) {
            this.trigger = trigger;
            this.event = event;
            this.source = source;
        }

        Explanation explain() {
            var entries = journal.find(this::isMeant);
            entries.forEach(entry -> facts.add(Words.line(entry)));
            for (var now : openEvents(event)) {
                if (now.trigger().equals(trigger.name()) && (source == null || source.equals(now.source()))) {
                    var clause = Live.clause(now);
                    facts.add("now: " + clause);
                    return told(Live.outcome(now), clause);
                }
            }
            var end = new Past(entries, node.get(), this::answerTopic).end();
            return end.map(it -> told(it.outcome(), it.clause())).orElseGet(this::onTopics);
        }

        private boolean isMeant(JournalEntry entry) {
            return entry.trigger().equals(trigger.name())
                    && entry.isOf(event)
                    && (source == null || source.equals(entry.source()));
        }

        private @Nullable String answerTopic(String type) {
            for (var route : trigger.answers().routes()) {
                if (route.type() == null || route.type().equals(type)) {
                    return route.topic().name();
                }
            }
            return null;
        }

        private Explanation onTopics() {
            var reading = trigger.reading();
            if (reading == null) {
                return unknown("it takes calls, and no decision on such a call is kept");
            }
            var found =
                    search.find(reading.topic(), TopicSearch.of(event, source)).block();
            var letters = search.find(
                            Objects.requireNonNull(trigger.deadLetters()),
                            TopicSearch.of(event, source)
                                    .and(letter -> trigger.name().equals(WireEvent.textOf(letter, "dltrigger"))))
                    .block();
            facts.add(Objects.requireNonNull(found).words());
            facts.add(Objects.requireNonNull(letters).words());
            var letter = letters.newest();
            if (letter != null) {
                return told(Outcome.DEAD_LETTERED, putAside(letter, letters.topic()));
            }
            var stored = found.newest();
            return stored == null
                    ? unknown(found.words() + ", " + letters.words() + ", and no decision on it is kept")
                    : standing(stored, reading.topic().name());
        }

        private String putAside(StoredEvent letter, String topic) {
            var tries = Objects.requireNonNullElse(WireEvent.textOf(letter.event(), "dlattempts"), "?");
            return "was not delivered to " + trigger.name() + ": it was put aside on " + topic + ", partition "
                    + letter.partition() + ", offset " + letter.offset() + ", after "
                    + (tries.equals("1") ? "1 try" : tries + " tries") + ", "
                    + Words.text(String.valueOf(WireEvent.textOf(letter.event(), "dlreason"))) + ", "
                    + Words.text(String.valueOf(WireEvent.textOf(letter.event(), "dlerror")));
        }

        private Explanation standing(StoredEvent stored, String topic) {
            var place = topic + ", partition " + stored.partition() + ", offset " + stored.offset();
            if (!(stored.event() instanceof RawEvent)) {
                var verdict = trigger.filter().explain(stored.event());
                facts.add("filter: " + verdict.words());
                if (!verdict.passes()) {
                    return told(
                            Outcome.FILTERED,
                            "was not delivered to " + trigger.name() + ": its filter " + verdict.words());
                }
            }
            var status = status();
            var lag = status == null ? null : lag(status, stored.partition());
            if (status == null || lag == null || lag.position() < 0) {
                return told(
                        Outcome.ELSEWHERE,
                        "stands on " + place + ", which this node does not read for " + trigger.name()
                                + ": ask the node that does");
            }
            facts.add(
                    "position of the group: " + lag.position() + " of " + lag.end() + ", fetched up to " + lag.next());
            return lag.next() >= 0 && stored.offset() >= lag.next()
                    ? unfetched(status, lag, stored, place)
                    : done(place, lag);
        }

        private Explanation done(String place, PartitionLag lag) {
            return told(
                    Outcome.TAKEN_OFF,
                    "was settled by " + trigger.name() + ": it stands on " + place
                            + ", has been fetched and is not open any more, and is not among the dead letters; its filter"
                            + " wants it. It was not among the events of which every decision is kept (position "
                            + lag.position() + ")");
        }

        private Explanation unfetched(TriggerStatus status, PartitionLag lag, StoredEvent stored, String place) {
            var before = stored.offset() - lag.next();
            var held = status.detail().isEmpty() ? "" : "; " + status.detail();
            return told(
                    Outcome.NOT_FETCHED,
                    "was not fetched yet by " + trigger.name() + ": it stands on " + place + ", with "
                            + (before == 1 ? "1 event" : before + " events") + " before it that are not fetched either"
                            + held);
        }

        private @Nullable TriggerStatus status() {
            return statuses.get().stream()
                    .filter(status -> status.name().equals(trigger.name()))
                    .findFirst()
                    .orElse(null);
        }

        private static @Nullable PartitionLag lag(TriggerStatus status, int partition) {
            var lag = status.lag();
            if (lag != null) {
                for (var each : lag.partitions()) {
                    if (each.partition() == partition) {
                        return each;
                    }
                }
            }
            return null;
        }

        private Explanation unknown(String why) {
            return new Explanation(
                    event,
                    trigger.name(),
                    node.get(),
                    Outcome.UNKNOWN,
                    "nothing is known of " + Words.id(event) + " at " + trigger.name() + " on node " + node.get() + ": "
                            + why,
                    facts);
        }

        private Explanation told(Outcome outcome, String clause) {
            return new Explanation(event, trigger.name(), node.get(), outcome, Words.id(event) + " " + clause, facts);
        }
    }
}
