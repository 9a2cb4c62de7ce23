package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes soak events with Kafka's own producer at a steady rate, keys at random, numbers ascending by key. What is
 * acknowledged is told; what fails is counted, and may be on the topic or not.
 */
final class KafkaPublisher implements Publisher {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int CATCH_UP_TICKS_MAX = 20;

    private final KafkaProducer<String, byte[]> producer;
    private final Load load;
    private final String topic;
    private final BooleanSupplier mayPublish;
    private final PublicationListener listener;
    private final Random random;
    private final Map<Integer, Integer> nextByKey = new HashMap<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
    private final Thread thread = new Thread(this::publish, "publisher");
    private volatile boolean stopped;

    /** @param mayPublish asked before every tick; holds the publisher back while it is false */
    KafkaPublisher(
            String bootstrapServers,
            String topic,
            Load load,
            Random random,
            BooleanSupplier mayPublish,
            PublicationListener listener) {
        this.topic = topic;
        this.load = load;
        this.random = random;
        this.mayPublish = mayPublish;
        this.listener = listener;
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "acks", "all",
                        "enable.idempotence", "true",
                        "linger.ms", "5",
                        "max.request.size", "4194304",
                        "reconnect.backoff.max.ms", "200"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void publish() {
        var perTick = load.eventsPerSecond() * TICK_NANOS / 1e9;
        var due = 0.0;
        var next = System.nanoTime();
        while (!stopped) {
            var wait = next - System.nanoTime();
            if (wait > 0) {
                try {
                    TimeUnit.NANOSECONDS.sleep(wait);
                } catch (InterruptedException e) {
                    return;
                }
            }
            next = Math.max(next + TICK_NANOS, System.nanoTime() - CATCH_UP_TICKS_MAX * TICK_NANOS);
            if (mayPublish.getAsBoolean()) {
                for (due += perTick; due >= 1 && !stopped; due--) {
                    send();
                }
            }
        }
    }

    // The callback is told what the future would tell.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send() {
        var key = load.nextKey(random);
        var event = new SoakEvent(key, nextByKey.merge(key, 0, (before, none) -> before + 1));
        var record = new ProducerRecord<>(topic, "k" + key, load.data());
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", event.id());
        header(record, "ce_source", "/soak");
        header(record, "ce_type", "com.acme.soak");
        header(record, "content-type", "application/json");
        try {
            producer.send(load.shape(event, record), (stored, error) -> {
                if (error == null) {
                    listener.acknowledged(
                            new Publication(event, stored.partition(), stored.offset(), System.currentTimeMillis()));
                } else {
                    failed(error);
                }
            });
        } catch (KafkaException e) {
            failed(e);
        }
    }

    private void failed(Exception error) {
        failed.incrementAndGet();
        reason.compareAndSet(null, error.toString());
    }

    @Override
    public Optional<String> reason() {
        return Optional.ofNullable(reason.get());
    }

    static void header(ProducerRecord<String, byte[]> record, String name, String value) {
        record.headers().remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public long failed() {
        return failed.get();
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
