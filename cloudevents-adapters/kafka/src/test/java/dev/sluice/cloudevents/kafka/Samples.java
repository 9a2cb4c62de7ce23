package dev.sluice.cloudevents.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Records that tests begin with. */
final class Samples {
    static final KafkaRecords KAFKA = new KafkaRecords();
    static final byte[] KEY = bytes("mykey");
    static final long TIMESTAMP = 1_522_900_584_123L;

    private Samples() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Names and values by turns; a value of null is a header without one. */
    static Headers headers(@Nullable String... namesAndValues) {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            headers.add(namesAndValues[i], value == null ? null : bytes(value));
        }
        return headers;
    }

    /** The headers of the smallest valid event and more behind them. */
    static Headers event(@Nullable String... more) {
        Headers headers = headers("ce_specversion", "1.0", "ce_id", "1", "ce_source", "/shop", "ce_type", "order");
        headers(more).forEach(headers::add);
        return headers;
    }

    static WireEvent.Builder minimal() {
        return WireEvent.builder().id("1").source("/shop").type("order");
    }

    static CloudEvent decode(Headers headers, byte @Nullable [] value) {
        return decode(KAFKA, headers, value);
    }

    static CloudEvent decode(KafkaRecords records, Headers headers, byte @Nullable [] value) {
        return records.decode("orders", 3, 42, TIMESTAMP, KEY, headers, value);
    }

    /** What a reader makes of a record that was written. */
    static CloudEvent decode(ProducerRecord<byte[], byte[]> written) {
        return KAFKA.decode(written.topic(), 0, 0, TIMESTAMP, written.key(), written.headers(), written.value());
    }

    static RawEvent raw(CloudEvent event) {
        assertThat(event).isInstanceOf(RawEvent.class);
        return (RawEvent) event;
    }

    /** Each header as {@code name=value}, in their order. */
    static List<String> lines(Headers headers) {
        List<String> lines = new ArrayList<>();
        for (Header header : headers) {
            byte[] value = header.value();
            lines.add(header.key() + "=" + (value == null ? null : new String(value, StandardCharsets.UTF_8)));
        }
        return lines;
    }

    static List<String> lines(RawEvent raw) {
        Headers headers = new RecordHeaders();
        raw.headers().forEach(header -> headers.add(header.name(), header.value()));
        return lines(headers);
    }
}
