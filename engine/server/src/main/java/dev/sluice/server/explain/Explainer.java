package dev.sluice.server.explain;

import dev.sluice.broker.Broker;
import dev.sluice.broker.StoredEvent;
import dev.sluice.engine.OpenEvent;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.engine.journal.Journal;
import dev.sluice.server.explain.Explanation.Outcome;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Answers why an event was delivered to a trigger, or was not. Asks in this order, up to the first that knows: the
 * events that the engine has open, the journal, the topic and the group's position there, the dead letters. What the
 * journal says of an event that was not delivered is held against the topic, on which it may have come again. Blocks.
 */
public final class Explainer {
    private static final Duration OPEN_PATIENCE = Duration.ofSeconds(3);
    private static final Duration MARK_PATIENCE = Duration.ofSeconds(3);

    final Journal journal;
    final TopicSearch search;
    private final Supplier<String> node;
    private final Function<String, Mono<List<OpenEvent>>> open;
    private final List<TriggerManifest> triggers;
    private final Supplier<List<TriggerStatus>> statuses;
    private final Marks marks;

    /** What became of dead letters. */
    public interface Marks {
        /** OPEN, REDRIVEN or DISCARDED; empty when nobody knows. */
        Mono<String> of(TopicRef topic, int partition, long offset);
    }

    /**
     * @param node this node's name
     * @param journal what was decided here
     * @param open the open events of an id
     * @param triggers those of the manifest
     * @param statuses of the same, as they are now
     * @param brokers the node's, by name
     * @param marks what became of dead letters
     */
    public Explainer(
            Supplier<String> node,
            Journal journal,
            Function<String, Mono<List<OpenEvent>>> open,
            List<TriggerManifest> triggers,
            Supplier<List<TriggerStatus>> statuses,
            Function<String, Broker> brokers,
            Marks marks) {
        this.node = node;
        this.journal = journal;
        this.open = open;
        this.triggers = List.copyOf(triggers);
        this.statuses = statuses;
        this.marks = marks;
        this.search = new TopicSearch(brokers);
    }

    /** The trigger of that name, if there is one. */
    public Optional<TriggerManifest> trigger(String name) {
        return triggers.stream().filter(trigger -> trigger.name().equals(name)).findFirst();
    }

    /**
     * What became of an event at a trigger; {@link Outcome#UNKNOWN} when nothing is known of it. Blocks, up to some 25
     * seconds.
     *
     * @param event its id
     * @param source its source, when several may have the id; null for any
     */
    public Explanation explain(TriggerManifest trigger, String event, @Nullable String source) {
        return new Inquiry(this, trigger, event, source).answer();
    }

    /** All about an event that the journal has, and what came of it. Blocks, up to some seconds. */
    public Trace trace(String event, @Nullable String source) {
        return new TraceTree(node.get(), journal, untilSilent()).of(event, source);
    }

    /** What the engine has open, by id; an engine that once does not say so in time is not asked again. */
    private Function<String, List<OpenEvent>> untilSilent() {
        var silent = new AtomicBoolean();
        return id -> {
            var found = silent.get() ? null : openEvents(id);
            silent.set(found == null);
            return Objects.requireNonNullElse(found, List.of());
        };
    }

    String node() {
        return node.get();
    }

    /** What the engine has open of that id; null when it has not said so in time. */
    @Nullable
    List<OpenEvent> openEvents(String event) {
        return open.apply(event).timeout(OPEN_PATIENCE, Mono.empty()).block();
    }

    /** How the trigger is on this node; null when it does not run. */
    @Nullable
    TriggerStatus status(String trigger) {
        return statuses.get().stream()
                .filter(status -> status.name().equals(trigger))
                .findFirst()
                .orElse(null);
    }

    /** OPEN, REDRIVEN or DISCARDED; empty when nobody knows. */
    String mark(TopicRef topic, StoredEvent letter) {
        return Objects.requireNonNullElse(
                marks.of(topic, letter.partition(), letter.offset())
                        .timeout(MARK_PATIENCE)
                        .onErrorResume(unknown -> Mono.empty())
                        .block(),
                "");
    }
}
