package dev.sluice.server;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.kafka.KafkaBroker;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.cli.ExitCode;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.server.NodeState.NodeBroker;
import dev.sluice.server.manifest.BrokerManifest;
import dev.sluice.server.manifest.Manifest;
import dev.sluice.server.manifest.ScheduleManifest;
import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The node's brokers, and the topics that its manifests name. Topics of a memory broker are there once this is; those
 * of a cluster are opened in the background, each behind its {@link TopicGate}, so that a node starts without its
 * cluster and goes on when that is back.
 */
final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final Duration OPEN_PATIENCE = Duration.ofSeconds(30);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final int BROKERS_AT_ONCE = 16;

    private final Map<String, NodeBroker> brokers = new LinkedHashMap<>();
    private final Map<TopicRef, EventSink> sinks = new LinkedHashMap<>();
    private final Map<TopicRef, TopicGate> gates = new LinkedHashMap<>();
    /** By name alone, as a request names them: the default broker's first. */
    private final Map<String, TopicRef> byName = new LinkedHashMap<>();

    private final List<TopicOpening> openings = new ArrayList<>();
    private final Disposable.Composite opening = Disposables.composite();
    private final DeadLetterRoom room;

    private Topics(List<TriggerManifest> triggers, int eventBytesMax) {
        this.room = new DeadLetterRoom(triggers, eventBytesMax);
    }

    /**
     * Opens the brokers and makes sure of the topics, dead letters' included. Blocks up to 30 s; not for clusters.
     *
     * @param eventBytesMax the largest event that comes in
     * @param state where memory brokers keep states that outlive the process; null for nowhere
     * @throws NodeException when a topic in memory can't be made, or can't take the dead letters of another, or the
     *     settings of a cluster's clients can't be used
     */
    static Topics open(Manifest manifest, int eventBytesMax, @Nullable Path state, MeterRegistry registry)
            throws NodeException {
        var topics = new Topics(manifest.triggers(), eventBytesMax);
        try {
            for (var broker : manifest.brokers()) {
                topics.brokers.put(broker.name(), broker(broker, eventBytesMax, state, registry));
            }
            topics.open(named(manifest));
        } catch (NodeException | RuntimeException e) {
            topics.close();
            throw e;
        }
        return topics;
    }

    private static NodeBroker broker(
            BrokerManifest broker, int eventBytesMax, @Nullable Path state, MeterRegistry registry)
            throws NodeException {
        if (broker.kind() instanceof BrokerManifest.Memory memory) {
            return new NodeBroker(broker, MemoryBroker.create(broker.name(), memory.limits(), state, registry));
        }
        var kafka = (BrokerManifest.Kafka) broker.kind();
        try {
            return new NodeBroker(
                    broker, KafkaBroker.create(kafka.options().withEventBytesMax(eventBytesMax), registry));
        } catch (RuntimeException e) {
            // The cluster need not be there, so it is the settings: a key store that can't be read, or the like.
            throw new NodeException(
                    ExitCode.INVALID, broker.place() + ": broker '" + broker.name() + "': " + e.getMessage(), null);
        }
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
        manifest.schedules().stream().map(ScheduleManifest::topic).forEach(named::add);
        return named;
    }

    private void open(Set<TopicRef> named) throws NodeException {
        named.stream()
                .filter(topic -> topic.broker().equals(BrokerManifest.DEFAULT))
                .forEach(topic -> byName.put(topic.name(), topic));
        named.forEach(topic -> byName.putIfAbsent(topic.name(), topic));
        var inMemory =
                named.stream().filter(topic -> brokerOf(topic).inMemory()).toList();
        ensure(inMemory);
        for (var topic : named) {
            var broker = brokerOf(topic);
            if (broker.inMemory()) {
                sinks.put(topic, broker.broker().sink(topic.name()));
            } else {
                var gate = new TopicGate(topic, broker.broker());
                gates.put(topic, gate);
                sinks.put(topic, gate.sink());
            }
        }
        room.check(this);
        for (var broker : brokers.values()) {
            var closed = gates.values().stream()
                    .filter(gate -> gate.topic().broker().equals(broker.name()))
                    .toList();
            if (!closed.isEmpty()) {
                openings.add(new TopicOpening(broker.broker(), closed, () -> room.opened(this)));
            }
        }
        openings.forEach(each -> opening.add(each.start()));
    }

    private void ensure(List<TopicRef> inMemory) throws NodeException {
        try {
            Flux.fromIterable(inMemory)
                    .concatMap(topic -> broker(topic.broker()).ensureTopic(topic.name()))
                    .then()
                    .timeout(OPEN_PATIENCE)
                    .block();
        } catch (BrokerException e) {
            throw new NodeException(ExitCode.FAILURE, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new NodeException(ExitCode.FAILURE, "the topics could not be opened: " + e, e);
        }
    }

    /** Completes once every topic was asked for, whether or not it could be opened. */
    Mono<Void> tried() {
        return Mono.when(openings.stream().map(TopicOpening::tried).toList());
    }

    /** Completes once every topic is open, which may be never. */
    Mono<Void> opened() {
        return Mono.when(gates.values().stream().map(TopicGate::opened).toList());
    }

    /** The topics of clusters that are not open now. */
    List<TopicGate> closed() {
        return gates.values().stream().filter(gate -> !gate.isOpen()).toList();
    }

    /** What stands before a topic of a cluster; null for a topic in memory. */
    @Nullable
    TopicGate gate(TopicRef topic) {
        return gates.get(topic);
    }

    private NodeBroker brokerOf(TopicRef topic) {
        return Objects.requireNonNull(brokers.get(topic.broker()), "a manifest's topics name its brokers");
    }

    /** Whether what the topic keeps ends with this process. */
    boolean isInMemory(TopicRef topic) {
        return brokerOf(topic).inMemory();
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
        return (answer, key) -> {
            // Asked for each time: a cluster tells the size only once it is reached.
            var max = sink.sizeMaxBytes() - DeadLetterRoom.EXTRA_BYTES;
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
        return topic == null ? null : tail(topic, after);
    }

    /** A live tail of the topic. */
    Flux<TailEvent> tail(TopicRef topic, Map<Integer, Long> after) {
        var gate = gates.get(topic);
        return gate == null ? broker(topic.broker()).tail(topic.name(), after) : gate.tail(after);
    }

    /** Completes once the topic is open; at once when it always is. */
    Mono<Void> opened(TopicRef topic) {
        var gate = gates.get(topic);
        return gate == null ? Mono.empty() : gate.opened();
    }

    /** A reading of the topic in a group. */
    EventSource source(TopicRef topic, Subscription subscription) {
        var gate = gates.get(topic);
        return gate == null ? broker(topic.broker()).source(subscription) : gate.source(subscription);
    }

    /**
     * Events that a group has not done and that end with this process, counted once a topic; 0 when a broker does not
     * say. Blocks up to 5 s.
     */
    long unread() {
        var unread = Flux.fromIterable(brokers.values())
                .filter(NodeBroker::inMemory)
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
        opening.dispose();
        Flux.fromIterable(brokers.values())
                .flatMapDelayError(broker -> broker.broker().close(), BROKERS_AT_ONCE, 1)
                .then()
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    LOG.atWarn().setCause(error).log("a broker could not be closed");
                    return Mono.empty();
                })
                .block();
    }
}
