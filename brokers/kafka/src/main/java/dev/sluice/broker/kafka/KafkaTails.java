package dev.sluice.broker.kafka;

import dev.sluice.broker.TailEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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

/** All live tails of a broker: at most {@link #TAILS_MAX}, as each has a thread and connections of its own. */
final class KafkaTails {
    static final int TAILS_MAX = 32;

    private final String broker;
    private final KafkaErrors errors;
    private final MeterRegistry registry;
    private final KafkaRecords records;
    private final Supplier<Consumer<byte[], byte[]>> maker;
    private final Set<KafkaTail> live = ConcurrentHashMap.newKeySet();
    private final AtomicLong begun = new AtomicLong();
    private final Gauge gauge;
    private final ConcurrentHashMap<String, Counter> skipped = new ConcurrentHashMap<>();
    private volatile boolean closed;

    KafkaTails(
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
        this.gauge = KafkaMeters.TAILS.gauge(registry, KafkaMeters.of(broker), live, Set::size);
    }

    /** A tail with each subscription. */
    Flux<TailEvent> of(String topic, Map<Integer, Long> after) {
        Objects.requireNonNull(topic, "topic");
        var seen = Map.copyOf(after);
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super TailEvent> actual) {
                open(topic, seen, actual);
            }
        };
    }

    private void open(String topic, Map<Integer, Long> after, CoreSubscriber<? super TailEvent> actual) {
        var name = "sluice-kafka-" + broker + "-tail-" + begun.incrementAndGet();
        var tail = new KafkaTail(topic, after, actual, this, skipped(topic), name);
        synchronized (this) {
            if (closed || live.size() >= TAILS_MAX) {
                Operators.error(
                        actual,
                        closed
                                ? errors.closed()
                                : errors.unavailable(TAILS_MAX + " tails are open, which is the limit"));
                return;
            }
            live.add(tail);
        }
        tail.begin();
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

    void left(KafkaTail tail) {
        live.remove(tail);
    }

    /** Ends all of them and refuses later ones. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        live.forEach(tail -> tail.end(errors.closed()));
        registry.remove(gauge);
        skipped.values().forEach(registry::remove);
    }
}
