package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
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
        if (timestamp >= 0 && timestamp <= MillisText.MAX) {
            plain.event.time(MillisText.of(timestamp));
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
        String text = attributeValue(key);
        if (text != null) {
            extension("key", text);
            extension("partitionkey", text);
        }
    }

    private void header(Header header) {
        if (HeaderReader.isContentType(header.key())) {
            return;
        }
        String name = Marks.isMark(header.key()) ? Marks.name(header.key()) : extensionName(header.key());
        String text = name == null ? null : attributeValue(header.value());
        if (name != null && text != null) {
            extension(name, text);
        }
    }

    private void extension(String name, String text) {
        boolean added = !event.hasExtension(name);
        if (!added || extensions < limits.extensions()) {
            event.extension(name, text);
            extensions += added ? 1 : 0;
        }
    }

    /** The text that an attribute can have as its value; null when these bytes are none. */
    private @Nullable String attributeValue(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0 || bytes.length > limits.valueBytes()) {
            return null;
        }
        String text = Utf8Text.decode(bytes);
        return text != null && Utf8Text.isAttributeValue(text) ? text : null;
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
