package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Writes valid events into records. */
final class RecordWriter {
    private static final Header VERSION_1 = header("ce_specversion", "1.0");
    private static final Header STRUCTURED_JSON = header(HeaderReader.CONTENT_TYPE, MediaTypes.STRUCTURED_JSON);

    /** What a batch and a record have at most beside key, value and headers; the producer reckons with the same. */
    private static final int OVERHEAD_MAX = 61 + 21;

    private RecordWriter() {}

    static ProducerRecord<byte[], byte[]> binary(String topic, byte @Nullable [] key, WireEvent event) {
        EventData data = event.getData();
        ProducerRecord<byte[], byte[]> written =
                new ProducerRecord<>(topic, null, null, key, data == null ? null : data.toBytes());
        Headers headers = written.headers();
        headers.add(VERSION_1);
        add(headers, "ce_id", event.getId());
        add(headers, "ce_source", event.source());
        add(headers, "ce_type", event.getType());
        add(headers, "ce_subject", event.getSubject());
        add(headers, "ce_time", event.text("time"));
        add(headers, "ce_dataschema", event.text("dataschema"));
        for (String extension : event.getExtensionNames()) {
            add(headers, HeaderReader.PREFIX + extension, event.text(extension));
        }
        add(headers, HeaderReader.CONTENT_TYPE, event.getDataContentType());
        return written;
    }

    static ProducerRecord<byte[], byte[]> structured(String topic, byte @Nullable [] key, byte[] json) {
        ProducerRecord<byte[], byte[]> written = new ProducerRecord<>(topic, null, null, key, json);
        written.headers().add(STRUCTURED_JSON);
        return written;
    }

    static void add(Headers headers, String name, @Nullable String value) {
        if (value != null) {
            headers.add(header(name, value));
        }
    }

    static int sizeOf(ProducerRecord<byte[], byte[]> produced) {
        long size = OVERHEAD_MAX + sizeOf(produced.key()) + sizeOf(produced.value());
        int headers = 0;
        for (Header header : produced.headers()) {
            int name = Utf8Text.length(header.key());
            size += varint(name) + name + sizeOf(header.value());
            headers++;
        }
        return (int) Math.min(Integer.MAX_VALUE, size + varint(headers));
    }

    private static long sizeOf(byte @Nullable [] bytes) {
        return bytes == null ? 1 : varint(bytes.length) + (long) bytes.length;
    }

    /** Bytes of a length as Kafka writes it: 7 bits in each, the lowest one for the sign. */
    private static int varint(int length) {
        int bits = Integer.SIZE + 1 - Integer.numberOfLeadingZeros(length);
        return Math.max(1, (bits + 6) / 7);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
