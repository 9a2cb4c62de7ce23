package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The meters of one topic's sends. */
final class SendMeters {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Timer time;
    private final Counter sent;
    private final ConcurrentHashMap<String, Counter> failures = new ConcurrentHashMap<>();

    SendMeters(MeterRegistry registry, String broker, String topic) {
        this.registry = registry;
        this.tags = KafkaMeters.of(broker, topic);
        this.time = KafkaMeters.SEND_TIME.timer(registry, tags.and(KafkaMeters.Names.OPERATION, "send"));
        this.sent = counter("none");
    }

    private Counter counter(String error) {
        return KafkaMeters.SENT.counter(registry, tags.and(KafkaMeters.Names.ERROR, error));
    }

    void sent(long nanos) {
        sent.increment();
        time.record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed(BrokerException why) {
        refused(
                why instanceof BrokerException.TooLarge
                        ? "size"
                        : why instanceof BrokerException.Full
                                ? "full"
                                : why instanceof BrokerException.Refused ? "refused" : "unavailable");
    }

    /** @param reason one of few words */
    void refused(String reason) {
        failures.computeIfAbsent(reason, this::counter).increment();
    }

    void close() {
        registry.remove(time);
        registry.remove(sent);
        failures.values().forEach(registry::remove);
    }
}
