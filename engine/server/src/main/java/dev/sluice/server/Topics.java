package dev.sluice.server;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.cli.ExitCode;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.server.manifest.BrokerManifest;
import dev.sluice.server.manifest.Manifest;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The node's brokers, and the topics that its manifests name. */
final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final Duration OPEN_PATIENCE = Duration.ofSeconds(30);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    /** What a dead letter has on top of its event. */
    private static final int DEAD_LETTER_BYTES = 4 << 10;

    private final Map<String, NodeBroker> brokers;
    private final Map<TopicRef, EventSink> sinks = new LinkedHashMap<>();
    /** By name alone, as a request names them: the default broker's first. */
    private final Map<String, TopicRef> byName = new LinkedHashMap<>();

    private Topics(Map<String, NodeBroker> brokers) {
        this.brokers = brokers;
    }

    /**
     * Opens the brokers and makes sure of the topics, dead letters' included. Blocks up to 30 s.
     *
     * @param eventBytesMax the largest event that comes in
     * @throws NodeException when a topic can't be made, or can't take the dead letters of another
     */
    static Topics open(Manifest manifest, int eventBytesMax, MeterRegistry registry) throws NodeException {
        var brokers = new LinkedHashMap<String, NodeBroker>();
        manifest.brokers().forEach(broker -> brokers.put(broker.name(), broker(broker, registry)));
        var topics = new Topics(brokers);
        try {
            topics.ensure(named(manifest));
            topics.checkDeadLetters(manifest.triggers(), eventBytesMax);
        } catch (NodeException | RuntimeException e) {
            topics.close();
            throw e;
        }
        return topics;
    }

    private static NodeBroker broker(BrokerManifest broker, MeterRegistry registry) {
        return new NodeBroker("memory", MemoryBroker.create(broker.name(), broker.memory(), registry));
    }

    private static Set<TopicRef> named(Manifest manifest) {
        var named = new LinkedHashSet<TopicRef>();
        for (var trigger : manifest.triggers()) {
            if (trigger.reading() != null) {
                named.add(trigger.reading().topic());
            }
            trigger.answers().routes().stream().map(AnswerRoute::topic).forEach(named::add);
            if (trigger.deadLetters() != null) {
                named.add(trigger.deadLetters());
            }
        }
        return named;
    }

    private void ensure(Set<TopicRef> named) throws NodeException {
        try {
            Flux.fromIterable(named)
                    .concatMap(topic -> broker(topic.broker()).ensureTopic(topic.name()))
                    .then()
                    .timeout(OPEN_PATIENCE)
                    .block();
        } catch (BrokerException e) {
            throw new NodeException(ExitCode.FAILURE, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new NodeException(ExitCode.FAILURE, "the topics could not be opened: " + e, e);
        }
        named.forEach(topic -> sinks.put(topic, broker(topic.broker()).sink(topic.name())));
        named.stream()
                .filter(topic -> topic.broker().equals(BrokerManifest.DEFAULT))
                .forEach(topic -> byName.put(topic.name(), topic));
        named.forEach(topic -> byName.putIfAbsent(topic.name(), topic));
    }

    private void checkDeadLetters(List<TriggerManifest> triggers, int eventBytesMax) throws NodeException {
        for (var trigger : triggers) {
            var topic = trigger.deadLetters();
            if (topic == null) {
                continue;
            }
            var takes = sink(topic).sizeMaxBytes();
            if (takes < eventBytesMax + DEAD_LETTER_BYTES) {
                throw new NodeException(
                        ExitCode.INVALID,
                        trigger.place() + ": trigger '" + trigger.name() + "': topic " + topic + " takes events of "
                                + takes + " bytes, but a dead letter may have " + (eventBytesMax + DEAD_LETTER_BYTES)
                                + ": raise the broker's event-bytes-max",
                        null);
            }
        }
    }

    Broker broker(String name) {
        var broker = brokers.get(name);
        if (broker == null) {
            throw new IllegalArgumentException("there is no broker named '" + name + "'");
        }
        return broker.broker();
    }

    /** In the order of the manifests. */
    List<NodeBroker> brokers() {
        return List.copyOf(brokers.values());
    }

    /** All topics that the manifests name. */
    Set<TopicRef> all() {
        return Set.copyOf(sinks.keySet());
    }

    EventSink sink(TopicRef topic) {
        var sink = sinks.get(topic);
        if (sink == null) {
            throw new IllegalArgumentException("topic " + topic + " is not open");
        }
        return sink;
    }

    /**
     * The way of answers onto a topic. It takes none so large that there would be no room for what a dead letter adds:
     * such an answer fails where it is made, instead of being one that can neither be worked on nor put aside.
     */
    AnswerSink answers(TopicRef topic) {
        var sink = sink(topic);
        var max = sink.sizeMaxBytes() - DEAD_LETTER_BYTES;
        return (answer, key) -> {
            var size = WireEvent.sizeOf(answer);
            return size > max
                    ? Mono.error(() -> new BrokerException.TooLarge(topic.name(), size, max))
                    : sink.publish(answer, key);
        };
    }

    /** The topic of that name, on the default broker if that has it; null when no manifest names it. */
    @Nullable
    EventSink sink(String name) {
        var topic = byName.get(name);
        return topic == null ? null : sinks.get(topic);
    }

    /** A live tail of the topic of that name; null when no manifest names it. */
    @Nullable
    Flux<TailEvent> tail(String name, Map<Integer, Long> after) {
        var topic = byName.get(name);
        return topic == null ? null : broker(topic.broker()).tail(name, after);
    }

    /** Events that a group has not done, counted once a topic; 0 when a broker does not say. Blocks up to 5 s. */
    long unread() {
        var unread = Flux.fromIterable(brokers.values())
                .concatMap(broker -> broker.broker().topics())
                .concatMapIterable(topics -> topics)
                .map(topic -> topic.groups().stream()
                        .mapToLong(lag -> lag.events().orElse(0))
                        .max()
                        .orElse(0))
                .reduce(0L, Long::sum)
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    // It is only told to a person; nothing of the stop may hang on it.
                    LOG.atWarn().setCause(error).log("the events left on topics can't be counted");
                    return Mono.just(0L);
                })
                .block();
        return Objects.requireNonNullElse(unread, 0L);
    }

    /** Closes the brokers. Blocks up to 5 s. */
    void close() {
        Flux.fromIterable(brokers.values())
                .concatMapDelayError(broker -> broker.broker().close())
                .then()
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    LOG.atWarn().setCause(error).log("a broker could not be closed");
                    return Mono.empty();
                })
                .block();
    }
}
