package dev.sluice.broker.kafka;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * All live tails of a broker and all readings of parts of topics: at most {@link #TAILS_MAX} and {@link #READS_MAX}, as
 * each has a thread and connections of its own.
 */
final class KafkaWatches {
    static final int TAILS_MAX = 32;
    static final int READS_MAX = 16;

    private final String broker;
    private final KafkaErrors errors;
    private final MeterRegistry registry;
    private final KafkaRecords records;
    private final Supplier<Consumer<byte[], byte[]>> maker;
    private final Set<KafkaWatch<?>> tails = ConcurrentHashMap.newKeySet();
    private final Set<KafkaWatch<?>> reads = ConcurrentHashMap.newKeySet();
    private final AtomicLong begun = new AtomicLong();
    private final List<Gauge> gauges;
    private final ConcurrentHashMap<String, Counter> skipped = new ConcurrentHashMap<>();
    private volatile boolean closed;

    KafkaWatches(
            String broker,
            KafkaErrors errors,
            MeterRegistry registry,
            KafkaRecords records,
            Supplier<Consumer<byte[], byte[]>> maker) {
        this.broker = broker;
        this.errors = errors;
        this.registry = registry;
        this.records = records;
        this.maker = maker;
        this.gauges = List.of(
                KafkaMeters.TAILS.gauge(registry, KafkaMeters.of(broker), tails, Set::size),
                KafkaMeters.READS.gauge(registry, KafkaMeters.of(broker), reads, Set::size));
    }

    /** A tail with each subscription. */
    Flux<TailEvent> tail(String topic, Map<Integer, Long> after) {
        Objects.requireNonNull(topic, "topic");
        var seen = Map.copyOf(after);
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super TailEvent> actual) {
                var tail = new KafkaTail(topic, seen, actual, KafkaWatches.this, skipped(topic), threadName("tail"));
                open(tail, tails, TAILS_MAX, actual);
            }
        };
    }

    /** A reading with each subscription. */
    Flux<StoredEvent> read(String topic, ReadRange range) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(range, "range");
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super StoredEvent> actual) {
                var read = new KafkaRead(topic, range, actual, KafkaWatches.this, threadName("read"));
                open(read, reads, READS_MAX, actual);
            }
        };
    }

    private String threadName(String kind) {
        return "sluice-kafka-" + broker + "-" + kind + "-" + begun.incrementAndGet();
    }

    private void open(KafkaWatch<?> watch, Set<KafkaWatch<?>> live, int max, CoreSubscriber<?> actual) {
        synchronized (this) {
            if (closed || live.size() >= max) {
                var what = max + " " + (live == tails ? "tails" : "readings") + " are open, which is the limit";
                Operators.error(actual, closed ? errors.closed() : errors.unavailable(what));
                return;
            }
            live.add(watch);
        }
        watch.begin();
    }

    /** One counter for all tails of a topic, which it outlives. */
    private Counter skipped(String topic) {
        return skipped.computeIfAbsent(
                topic, name -> KafkaMeters.TAIL_SKIPPED.counter(registry, KafkaMeters.of(broker, name)));
    }

    /** A new consumer, for the thread that calls; may block while names are looked up. */
    Consumer<byte[], byte[]> consumer() {
        return maker.get();
    }

    /** How records are read. */
    KafkaRecords records() {
        return records;
    }

    KafkaErrors errors() {
        return errors;
    }

    void left(KafkaWatch<?> watch) {
        tails.remove(watch);
        reads.remove(watch);
    }

    /** Ends all of them and refuses later ones. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        tails.forEach(tail -> tail.end(errors.closed()));
        reads.forEach(read -> read.end(errors.closed()));
        gauges.forEach(registry::remove);
        skipped.values().forEach(registry::remove);
    }
}
