package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The event that stands for a record which claims to be none, named as Knative's KafkaSource names it. What of key and
 * headers can't be an extension is left out; only a record that is too large is refused.
 */
final class PlainRecord {
    static final String TYPE = "dev.knative.kafka.event";

    private static final String HEADER_PREFIX = "kafkaheader";
    /** The last millisecond that RFC 3339 can name. */
    private static final long TIME_MAX = 253_402_300_799_999L;

    private final EventLimits limits;
    private final WireEvent.Builder event = WireEvent.builder();
    private int extensions;

    private PlainRecord(EventLimits limits) {
        this.limits = limits;
    }

    static WireEvent read(
            EventLimits limits,
            String topic,
            int partition,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            Headers headers,
            byte @Nullable [] value,
            @Nullable String contentType) {
        PlainRecord plain = new PlainRecord(limits);
        plain.event
                .id("partition:" + partition + "/offset:" + offset)
                .source("/topics/" + topic)
                .type(TYPE)
                .subject("partition:" + partition + "#" + offset)
                .data(value);
        if (timestamp >= 0 && timestamp <= TIME_MAX) {
            plain.event.time(Instant.ofEpochMilli(timestamp).toString());
        }
        plain.key(key);
        for (Header header : headers) {
            plain.header(header);
        }
        return plain.build(contentType);
    }

    private WireEvent build(@Nullable String contentType) {
        try {
            return event.dataContentType(contentType).build(limits);
        } catch (InvalidEventException e) {
            if (!e.attribute().equals("datacontenttype")) {
                throw e;
            }
            return event.dataContentType(null).build(limits);
        }
    }

    private void key(byte @Nullable [] key) {
        if (key != null) {
            extension("key", key);
            extension("partitionkey", key);
        }
    }

    private void header(Header header) {
        if (header.key().equalsIgnoreCase(HeaderReader.CONTENT_TYPE)) {
            return;
        }
        String name = extensionName(header.key());
        byte[] value = header.value();
        if (name != null && value != null) {
            extension(name, value);
        }
    }

    private void extension(String name, byte[] value) {
        if (value.length == 0 || value.length > limits.valueBytes() || extensions == limits.extensions()) {
            return;
        }
        String text = Utf8Text.decode(value);
        if (text != null && Utf8Text.isAttributeValue(text)) {
            extensions += event.hasExtension(name) ? 0 : 1;
            event.extension(name, text);
        }
    }

    /** In lower case, without the characters that a name can't have; null when nothing is left or it is too long. */
    private @Nullable String extensionName(String header) {
        StringBuilder name = new StringBuilder(HEADER_PREFIX.length() + header.length()).append(HEADER_PREFIX);
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                name.append((char) (c + 32));
            } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
                name.append(c);
            }
        }
        boolean usable = name.length() > HEADER_PREFIX.length() && name.length() <= limits.nameChars();
        return usable ? name.toString() : null;
    }
}
