package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * The control topic: compacted, with {@link #PARTITIONS} partitions that sessions and shards use. A session's states are
 * the records of its name on one of them; each commit is one transaction over events and states. Opening a session
 * makes a transactional producer of its name, which fences the one before.
 *
 * <p>Kafka's transactional producers block their callers, so each session works on a thread while it has something to
 * do: at most {@link #SESSIONS_MAX}, which end when idle.
 */
final class KafkaControl implements Control {
    /**
     * Never changed, as the partition of a session's states depends on it: partitions that someone adds are not used.
     */
    static final int PARTITIONS = 16;
    /** Sessions at a time: each has a producer with a thread, connections and buffers. */
    static final int SESSIONS_MAX = 64;
    /** Groups that share work out; each membership has a thread. */
    static final int MEMBERS_MAX = 16;

    /** A coordinator that was elected just now answers late. */
    private static final int BLOCK_MS = 20_000;

    private static final int LOOK_UP_S = 15;
    private static final int IDLE_S = 10;

    private final KafkaBrokerOptions options;
    private final KafkaErrors errors;
    private final KafkaAdmin admin;
    private final String topic;
    private final KafkaRecords records;
    private final ThreadPoolExecutor threads;
    private final StateReads reads;
    private final AtomicInteger places = new AtomicInteger();
    private final Set<KafkaSession> sessions = ConcurrentHashMap.newKeySet();
    private final Set<KafkaShards> members = ConcurrentHashMap.newKeySet();
    private final Map<String, TopicLimits> known = new ConcurrentHashMap<>();
    private final Counter commits;
    private final Gauge open;
    private final MeterRegistry registry;
    private final AtomicInteger threadNumber = new AtomicInteger();
    private final int blockMs;
    private volatile boolean closed;

    KafkaControl(KafkaBrokerOptions options, KafkaErrors errors, KafkaAdmin admin, MeterRegistry registry) {
        this(options, errors, admin, registry, BLOCK_MS);
    }

    /** @param blockMs how long a session waits for the answer to a step of a transaction */
    KafkaControl(
            KafkaBrokerOptions options, KafkaErrors errors, KafkaAdmin admin, MeterRegistry registry, int blockMs) {
        this.blockMs = blockMs;
        this.options = options;
        this.errors = errors;
        this.admin = admin;
        this.registry = registry;
        this.topic = options.controlTopic();
        this.records = options.records();
        this.threads = new ThreadPoolExecutor(
                0, 2 * SESSIONS_MAX, IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);
        this.reads = new StateReads(errors, this::thread, this::readNow, System::nanoTime);
        var tags = KafkaMeters.of(options.name());
        this.commits = KafkaMeters.STATE_COMMITS.counter(registry, tags);
        this.open = KafkaMeters.SESSIONS.gauge(registry, tags, sessions, Set::size);
    }

    /** A thread that is not begun yet, beside all limits. */
    Thread thread(Runnable work) {
        var made = new Thread(work, "sluice-kafka-" + options.name() + "-session-" + threadNumber.incrementAndGet());
        made.setDaemon(true);
        return made;
    }

    /** The partition of a session's states. */
    static int partitionOf(String session) {
        return Math.floorMod(session.hashCode(), PARTITIONS);
    }

    @Override
    public Mono<Session> open(String name) {
        Control.requireName(name);
        return Mono.create(opener -> {
            if (places.incrementAndGet() > SESSIONS_MAX) {
                places.decrementAndGet();
                opener.error(errors.refused("no session '" + name + "' beside the " + SESSIONS_MAX + " that are open"));
                return;
            }
            var session = new KafkaSession(this, name, threads());
            sessions.add(session);
            opener.onCancel(session::closeSoon);
            session.begin(opener);
        });
    }

    @Override
    public Mono<Map<String, byte[]>> read(String session) {
        Control.requireName(session);
        return reads.read(session);
    }

    private Map<String, byte[]> readNow(String session) {
        if (closed) {
            throw errors.closed();
        }
        ensureTopic();
        return new StateReader(this, session).read();
    }

    /** The session is over and its producer closed. */
    void ended(KafkaSession session) {
        if (sessions.remove(session)) {
            places.decrementAndGet();
        }
    }

    @Override
    public Flux<Shard> shards(String group) {
        Control.requireName(group);
        return Flux.create(
                sink -> {
                    var member = new KafkaShards(this, topic + '.' + group, sink);
                    synchronized (members) {
                        if (closed || members.size() >= MEMBERS_MAX) {
                            sink.error(closed ? errors.closed() : errors.refused(MEMBERS_MAX + " members are open"));
                            return;
                        }
                        members.add(member);
                    }
                    sink.onDispose(member::leave);
                    member.begin();
                },
                FluxSink.OverflowStrategy.ERROR);
    }

    void left(KafkaShards member) {
        members.remove(member);
    }

    /** Runs something that may block, on a thread that may. */
    Executor threads() {
        return work -> {
            try {
                threads.execute(work);
            } catch (RejectedExecutionException full) {
                throw errors.unavailable("its control topic has " + threads.getMaximumPoolSize() + " threads in use");
            }
        };
    }

    /** Makes sure that the control topic is there and as it must be. Blocks. */
    void ensureTopic() {
        await(admin.ensureControl(topic, PARTITIONS));
    }

    /** What a topic takes, creating it when that is allowed. Blocks when it is not known yet. */
    TopicLimits limits(String name) {
        var limits = known.get(name);
        if (limits == null) {
            limits = await(admin.ensure(name, options.createTopics()));
            known.put(name, limits);
        }
        return limits;
    }

    /** Looks a topic up again before it is sent to again. */
    void forget(String name) {
        known.remove(name);
    }

    /** Where the partition ends, with what is not committed yet. Blocks. */
    long end(TopicPartition partition) {
        return await(admin.highWatermark(partition));
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(LOOK_UP_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw errors.of(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw errors.closed();
        }
    }

    KafkaBrokerOptions options() {
        return options;
    }

    int blockMs() {
        return blockMs;
    }

    String topic() {
        return topic;
    }

    KafkaRecords records() {
        return records;
    }

    KafkaErrors errors() {
        return errors;
    }

    boolean isClosed() {
        return closed;
    }

    void committed() {
        commits.increment();
    }

    /** Ends every session and membership; completes when their clients are closed, or after 5 s. */
    CompletableFuture<Void> close() {
        synchronized (members) {
            closed = true;
        }
        members.forEach(member -> member.end(errors.closed()));
        var ends = sessions.stream().map(KafkaSession::end).toArray(CompletableFuture<?>[]::new);
        var left = members.stream().map(KafkaShards::ended).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(CompletableFuture.allOf(ends), CompletableFuture.allOf(left))
                .orTimeout(ProducerSlot.FLUSH_MAX.toSeconds(), TimeUnit.SECONDS)
                .handle((done, late) -> {
                    threads.shutdown();
                    reads.close();
                    registry.remove(commits);
                    registry.remove(open);
                    return null;
                });
    }

    /** What went wrong when nobody waits for it. */
    BrokerException of(Throwable error) {
        return errors.of(error);
    }
}
