package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that nobody should have written, and that are read all the same. */
class KafkaOddRecordsTest {
    private static final int LARGE = 20 << 20;

    private final SourceFixture fixture = new SourceFixture(
            dev.sluice.broker.kafka.server.LocalKafka.shared(), 1, Map.of("max.message.bytes", "25000000"));

    @AfterEach
    void close() {
        fixture.close();
    }

    private static ProducerRecord<byte[], byte[]> like(ProducerRecord<byte[], byte[]> event, Long time, byte[] value) {
        return new ProducerRecord<>(event.topic(), 0, time, event.key(), value, event.headers());
    }

    @Test
    void readsOnPastARecordOfTwentyMegabytesHeadersOfOneAndAClockOf1970() {
        var header = new byte[1 << 20];
        header[7] = -1;
        var heavy = SourceFixture.record(fixture.topic, 0, "heavy", "k");
        heavy.headers().add("large", header).add("large", null).add("ce_large", header);
        try (var producer = fixture.producer(Map.of("max.request.size", "30000000", "buffer.memory", "67108864"))) {
            producer.send(like(SourceFixture.record(fixture.topic, 0, "large", "k"), null, new byte[LARGE]));
            producer.send(heavy);
            producer.send(like(SourceFixture.record(fixture.topic, 0, "old", "k"), 0L, new byte[1]));
            producer.flush();
        }
        fixture.send(0, "last");

        var reader = fixture.join("g").requestingAll().await(4);

        assertThat(reader.received.get(0).event()).isInstanceOf(RawEvent.class);
        assertThat(((RawEvent) reader.received.get(0).event()).value()).hasSize(LARGE);
        assertThat(reader.received.get(0).sizeBytes()).isGreaterThan(LARGE);
        assertThat(reader.received.get(1).event()).isInstanceOf(RawEvent.class);
        assertThat(((RawEvent) reader.received.get(1).event()).headers())
                .filteredOn(one -> one.name().equals("large"))
                .extracting(RawEvent.Header::value)
                .containsExactly(header, null);
        assertThat(reader.ids().subList(2, 4)).containsExactly("old", "last");
        reader.received.subList(0, 2).forEach(delivery -> delivery.accept().subscribe());
        eventually(() -> assertThat(lagSeconds()).isGreaterThan(1_000_000_000));
        reader.received.forEach(delivery -> delivery.accept().subscribe());
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(4));
        eventually(() -> assertThat(lagSeconds()).isZero());
    }

    /** Of the event of 1970: as old as it says, and no nonsense. */
    private double lagSeconds() {
        return fixture.registry.get("sluice.kafka.lag.time").gauge().value();
    }

    @Test
    void readsEventsAsLargeAsItIsTold() {
        var value = "x".repeat(3 << 20).getBytes(StandardCharsets.UTF_8);
        var options = KafkaBrokerOptions.builder("kafka", fixture.servers)
                .eventBytesMax(4 << 20)
                .build();
        fixture.records = options.records();
        try (var producer = fixture.producer(Map.of("max.request.size", "30000000"))) {
            producer.send(like(SourceFixture.record(fixture.topic, 0, "larger", "k"), null, value));
            producer.flush();
        }

        var reader = fixture.join("g").requestingAll().await(1);

        assertThat(reader.ids()).containsExactly("larger");
        assertThat(options.messageBytesCreated()).isEqualTo(8 << 20);
    }
}
