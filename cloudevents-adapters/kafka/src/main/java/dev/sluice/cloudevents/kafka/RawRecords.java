package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.RawEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Records that are no valid events, kept and written byte for byte. What the engine added when it put such a record
 * aside is no part of it: read again, it stands in the extensions of the stand-in, where the engine looks for it and can
 * take it off.
 */
final class RawRecords {
    private static final int MARKS_MAX = 32;

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
        Map<String, String> marks = new LinkedHashMap<>();
        for (Header header : headers) {
            String mark = marks.size() < MARKS_MAX ? Marks.value(header) : null;
            if (mark == null || marks.putIfAbsent(Marks.name(header.key()), mark) != null) {
                kept.add(new RawEvent.Header(header.key(), header.value()));
            }
        }
        RawEvent raw = RawEvent.of(topic, partition, offset, key, kept, value, Objects.toString(refusal.getMessage()));
        return marks.isEmpty()
                ? raw
                : raw.with(view -> {
                    marks.forEach(view::extension);
                    return view;
                });
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
