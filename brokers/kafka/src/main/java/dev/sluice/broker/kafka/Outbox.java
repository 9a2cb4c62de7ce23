package dev.sluice.broker.kafka;

import dev.sluice.cloudevents.kafka.ContentMode;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that is sent. One idempotent producer, whose {@code max.block.ms} is 0: what it can't take at once waits in its
 * topic's {@link SendLane} and is offered again by this class's thread, every {@link #RETRY_NANOS}, until its deadline.
 *
 * <p>A send is never repeated by us: the producer repeats requests under one sequence number, and gives up at the very
 * deadline at which the publisher is told, so that a late record can't overtake the publisher's own repetition. A send
 * has the deadline twice at most: once while it waits here, and anew from when the producer takes it, which knows of no
 * other beginning.
 */
final class Outbox {
    /**
     * What a record has beside its event: a batch's and a record's frame. Less than those and the required attributes
     * together, so that an event whose data alone is larger than a sink says it takes never fits.
     */
    static final int RECORD_OVERHEAD = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Finds out what a topic takes; creates it if told to and it does not exist. */
    @FunctionalInterface
    interface TopicLookUp {
        CompletableFuture<TopicLimits> of(String topic, boolean create);
    }

    private final KafkaBrokerOptions options;
    private final KafkaErrors errors;
    private final MeterRegistry registry;
    private final KafkaRecords records;
    private final ScheduledExecutorService control;
    private final TopicLookUp lookUp;
    private final long deadlineNanos;
    private final int requestBytesMax;
    private final boolean compresses;
    private final ProducerSlot slot;
    private final List<Meter> meters;
    private final ConcurrentHashMap<String, SendLane> lanes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, TopicLimits> known = new ConcurrentHashMap<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;

    Outbox(
            KafkaBrokerOptions options,
            KafkaErrors errors,
            MeterRegistry registry,
            ScheduledExecutorService control,
            Supplier<Producer<byte[], byte[]>> maker,
            TopicLookUp lookUp) {
        this.options = options;
        this.errors = errors;
        this.registry = registry;
        this.control = control;
        this.lookUp = lookUp;
        this.records = options.records();
        this.deadlineNanos = options.sendDeadline().toNanos();
        var config = ClientProperties.producer(options);
        this.requestBytesMax = (int) Math.min(
                number(config, "max.request.size"), Math.min(Integer.MAX_VALUE, number(config, "buffer.memory")));
        this.compresses = !"none".equals(config.getOrDefault("compression.type", "none"));
        var tags = KafkaMeters.of(options.name());
        var starts = KafkaMeters.PRODUCER_STARTS.counter(registry, tags);
        this.slot = new ProducerSlot(control, maker, errors, starts, this::wake);
        this.meters = List.of(
                starts,
                KafkaMeters.SENDS_WAITING.gauge(registry, tags, this, Outbox::waiting),
                KafkaMeters.SENDS_WAITING_SIZE.gauge(registry, tags, this, outbox -> outbox.waitingBytes.get()));
        this.thread = new Thread(this::run, "sluice-kafka-" + options.name() + "-sends");
        thread.setDaemon(true);
    }

    private static long number(Map<String, Object> config, String name) {
        return Long.parseLong(String.valueOf(config.get(name)).trim());
    }

    /** The lane of a topic. The first one starts the producer. */
    SendLane lane(String topic) {
        if (!closed && begun.compareAndSet(false, true)) {
            slot.connect();
            thread.start();
        }
        return lanes.computeIfAbsent(topic, name -> {
            var lane = new SendLane(this, name);
            var limits = known.get(name);
            if (limits != null) {
                lane.learn(limits);
            }
            return lane;
        });
    }

    /** Tells what a topic takes to its lane, now or once there is one. */
    void learn(String topic, TopicLimits limits) {
        known.put(topic, limits);
        var lane = lanes.get(topic);
        if (lane != null) {
            lane.learn(limits);
        }
    }

    @Nullable
    Producer<byte[], byte[]> producer() {
        return slot.producer();
    }

    /** Sees to it that the thread looks at the lanes soon. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            woken.set(false);
            var now = System.nanoTime();
            for (var lane : lanes.values()) {
                try {
                    lane.serve(now);
                } catch (RuntimeException | LinkageError e) {
                    LOG.atError().setCause(e).log("the waiting sends of topic '{}' could not be served", lane.topic());
                }
            }
            if (waiting() == 0 && !woken.get()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }
        lanes.values().forEach(SendLane::close);
    }

    private long waiting() {
        var sum = 0L;
        for (var lane : lanes.values()) {
            sum += lane.waiting();
        }
        return sum;
    }

    boolean reserve(int bytes) {
        if (waitingBytes.addAndGet(bytes) > waitingBytesMax()) {
            waitingBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(int bytes) {
        waitingBytes.addAndGet(-bytes);
    }

    long waitingBytesMax() {
        return options.bytesMax() / 16;
    }

    CompletableFuture<TopicLimits> lookUp(String topic, boolean create) {
        return lookUp.of(topic, create);
    }

    /** An acknowledgement came. */
    void acknowledged() {
        slot.acknowledged();
    }

    /** A send failed: thrown by the producer, or told to its callback. */
    void failed(@Nullable Producer<byte[], byte[]> producer, Exception error, boolean thrown) {
        slot.failed(producer, error, thrown);
    }

    /** Why nothing can be sent; null when all is well as far as is known. */
    @Nullable
    String trouble() {
        return slot.trouble();
    }

    String whyNot(long waitedMs) {
        var known = trouble();
        return "a send waited " + waitedMs + " ms" + (known == null ? "" : ": " + known);
    }

    /** Ends all sends, with an acknowledgement or an error; completes when they have ended. Idempotent. */
    CompletableFuture<Void> close() {
        synchronized (this) {
            if (closed) {
                return ended;
            }
            closed = true;
        }
        slot.shut();
        LockSupport.unpark(thread);
        control.execute(() -> {
            try {
                end();
            } finally {
                ended.complete(null);
            }
        });
        return ended;
    }

    private void end() {
        slot.close();
        if (begun.get()) {
            try {
                thread.join(ProducerSlot.FLUSH_MAX.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        meters.forEach(registry::remove);
    }

    boolean isClosed() {
        return closed;
    }

    boolean createsTopics() {
        return options.createTopics();
    }

    boolean isStructured() {
        return options.contentMode() == ContentMode.STRUCTURED;
    }

    boolean compresses() {
        return compresses;
    }

    int requestBytesMax() {
        return requestBytesMax;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    KafkaRecords records() {
        return records;
    }

    KafkaErrors errors() {
        return errors;
    }

    MeterRegistry registry() {
        return registry;
    }

    String broker() {
        return options.name();
    }

    String servers() {
        return options.bootstrapServers();
    }
}
