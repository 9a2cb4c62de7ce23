package dev.sluice.broker.memory;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.TopicStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A broker that keeps its topics in memory until the process ends.
 *
 * <p>It has no thread of its own, but for one of its control topic once that is used: events are delivered on the thread that publishes, requests or settles; only
 * deadlines run on the timer. A topic that no group reads evicts its oldest events at its limits. One that a group
 * reads, whether or not the group has members at the moment, holds its publishers back: a send waits for room, in
 * order, up to {@link MemoryLimits#sendDeadline}. Events that all groups are done with stay for replay and tail up to
 * an eighth of the topic's limits and are the first to go when room is needed.
 *
 * <p>Its {@link #control} keeps states in the process and, when the broker was given a state folder, in files there. A
 * commit's events and states are there together until the process ends; a crash takes the events and leaves the states.
 */
public final class MemoryBroker implements Broker {
    private static final Pattern TOPIC_NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final int NAME_SHOWN = 80;

    private final String name;
    private final MemoryLimits limits;
    private final Scheduler timer;
    private final LongSupplier nanoClock;
    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, MemoryTopic> topics = new ConcurrentHashMap<>();
    private final ByteBudget budget;
    private final MemoryControl control;
    private volatile boolean closed;

    private MemoryBroker(
            String name,
            MemoryLimits limits,
            @Nullable Path state,
            Scheduler timer,
            LongSupplier nanoClock,
            MeterRegistry registry) {
        this.name = Objects.requireNonNull(name, "name");
        this.limits = Objects.requireNonNull(limits, "limits");
        this.timer = Objects.requireNonNull(timer, "timer");
        this.nanoClock = Objects.requireNonNull(nanoClock, "nanoClock");
        this.registry = Objects.requireNonNull(registry, "registry");
        this.budget = new ByteBudget(limits.bytesMax(), topics.values());
        this.control = new MemoryControl(this, state);
    }

    /** A broker on the system's monotonic clock, with Reactor's parallel scheduler as its timer. */
    public static MemoryBroker create(String name, MemoryLimits limits, MeterRegistry registry) {
        return create(name, limits, Schedulers.parallel(), System::nanoTime, registry);
    }

    /**
     * A broker whose control topic has its states in files, so that they outlive the process; its topics do not.
     *
     * @param state a folder for such files, which comes to be with the first session. One process uses it at a time;
     *     null to keep states in memory as well
     */
    public static MemoryBroker create(String name, MemoryLimits limits, @Nullable Path state, MeterRegistry registry) {
        return new MemoryBroker(name, limits, state, Schedulers.parallel(), System::nanoTime, registry);
    }

    /**
     * A broker on a time of the caller's, with its states in memory.
     *
     * @param timer runs what comes due; it is not disposed of
     * @param nanoClock the monotonic time, in nanoseconds, that the timer goes by
     */
    public static MemoryBroker create(
            String name, MemoryLimits limits, Scheduler timer, LongSupplier nanoClock, MeterRegistry registry) {
        return new MemoryBroker(name, limits, null, timer, nanoClock, registry);
    }

    /** All meters that a broker registers, for the documentation's table. */
    public static List<MeterInfo> meters() {
        return Arrays.stream(MemoryMeters.values())
                .map(meter -> new MeterInfo(
                        meter.id,
                        meter.type.name().toLowerCase(Locale.ROOT),
                        meter.unit,
                        meter.tags(),
                        meter.description))
                .toList();
    }

    /**
     * A row of the documentation's table of meters.
     *
     * @param name the meter's name
     * @param type {@code gauge} or {@code counter}
     * @param unit what it counts
     * @param tags the tags beside {@code broker}, which all have
     * @param description what it says
     */
    public record MeterInfo(String name, String type, String unit, List<String> tags, String description) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<Void> ensureTopic(String topic) {
        Objects.requireNonNull(topic, "topic");
        return Mono.<Void>fromRunnable(() -> topic(topic));
    }

    @Override
    public EventSink sink(String topic) {
        return new MemorySink(this, Objects.requireNonNull(topic, "topic"));
    }

    @Override
    public EventSource source(Subscription subscription) {
        if (subscription.start() instanceof Start.At) {
            throw new IllegalArgumentException("start of group '" + subscription.group() + "' is "
                    + subscription.start() + ", but a memory broker keeps no times: it must be earliest or latest");
        }
        return new MemorySource(this, subscription);
    }

    @Override
    public Flux<TailEvent> tail(String topic, Map<Integer, Long> after) {
        return new FluxTail(this, Objects.requireNonNull(topic, "topic"), after);
    }

    /** {@inheritDoc} It has no thread: signals come on the thread that requests. */
    @Override
    public Flux<StoredEvent> read(String topic, ReadRange range) {
        return new FluxRead(this, Objects.requireNonNull(topic, "topic"), Objects.requireNonNull(range, "range"));
    }

    /** {@inheritDoc} Takes 1,000 names of sessions, and an eighth of the heap, at least 64 MiB, of states. */
    @Override
    public Control control() {
        return control;
    }

    @Override
    public Mono<String> identity(String topic) {
        return Mono.fromSupplier(() -> known(topic).identity);
    }

    @Override
    public Mono<List<TopicStatus>> topics() {
        return Mono.fromSupplier(() -> topics.values().stream()
                .map(MemoryTopic::status)
                .sorted(Comparator.comparing(TopicStatus::topic))
                .toList());
    }

    @Override
    public Mono<Health> health() {
        return Mono.fromSupplier(() -> closed ? new Health(false, "broker '" + name + "' is closed") : Health.UP);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            synchronized (topics) {
                if (closed) {
                    return Mono.empty();
                }
                closed = true;
            }
            topics.values().forEach(MemoryTopic::close);
            topics.clear();
            return Mono.fromFuture(control.close());
        });
    }

    /** The topic of that name; it comes to be if there is none. */
    MemoryTopic topic(String topic) {
        var known = topics.get(topic);
        return known != null ? known : create(topic);
    }

    /** The topic of that name, which has to be there. */
    MemoryTopic known(String topic) {
        if (closed) {
            throw closedException();
        }
        var known = topics.get(topic);
        if (known == null) {
            throw new BrokerException.Refused(name, "there is no topic '" + shown(topic) + "'", null);
        }
        return known;
    }

    private MemoryTopic create(String topic) {
        synchronized (topics) {
            if (closed) {
                throw closedException();
            }
            var known = topics.get(topic);
            if (known != null) {
                return known;
            }
            if (!TOPIC_NAME.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
                throw new BrokerException.Refused(
                        name, "a topic's name has 1 to 249 of A-Z a-z 0-9 . _ -, unlike '" + shown(topic) + "'", null);
            }
            if (topics.size() >= limits.topicsMax()) {
                throw new BrokerException.Refused(
                        name, "no topic '" + topic + "' beside the " + limits.topicsMax() + " there are", null);
            }
            var created = new MemoryTopic(this, topic);
            topics.put(topic, created);
            return created;
        }
    }

    /** A name from anywhere, harmless in a log. */
    private static String shown(String topic) {
        return topic.substring(0, Math.min(topic.length(), NAME_SHOWN)).replaceAll("[^ -~]", "?");
    }

    MemoryLimits limits() {
        return limits;
    }

    ByteBudget budget() {
        return budget;
    }

    Scheduler timer() {
        return timer;
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    MeterRegistry registry() {
        return registry;
    }

    BrokerException closedException() {
        return new BrokerException.Unavailable(name, "it is closed", null);
    }
}
