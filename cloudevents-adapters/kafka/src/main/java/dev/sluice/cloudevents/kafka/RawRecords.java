package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.RawEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Records that are no valid events, kept and written byte for byte. */
final class RawRecords {
    private RawRecords() {}

    static RawEvent read(
            String topic,
            int partition,
            long offset,
            byte @Nullable [] key,
            Headers headers,
            byte @Nullable [] value,
            InvalidEventException refusal) {
        List<RawEvent.Header> kept = new ArrayList<>();
        for (Header header : headers) {
            kept.add(new RawEvent.Header(header.key(), header.value()));
        }
        return RawEvent.of(topic, partition, offset, key, kept, value, Objects.toString(refusal.getMessage()));
    }

    static ProducerRecord<byte[], byte[]> write(String topic, RawEvent raw) {
        ProducerRecord<byte[], byte[]> written = new ProducerRecord<>(topic, null, null, raw.key(), raw.value());
        Set<String> replaced = new HashSet<>();
        for (String extension : raw.getExtensionNames()) {
            replaced.add(HeaderReader.PREFIX + extension);
        }
        for (RawEvent.Header header : raw.headers()) {
            if (!replaced.contains(header.name())) {
                written.headers().add(header.name(), header.value());
            }
        }
        for (String extension : raw.getExtensionNames()) {
            RecordWriter.add(
                    written.headers(),
                    HeaderReader.PREFIX + extension,
                    raw.view().text(extension));
        }
        return written;
    }
}
