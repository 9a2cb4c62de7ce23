package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 in Kafka records. Safe to share between threads. It remembers the headers of a record that it has read,
 * to read those like it faster, so records of one kind, as those of a topic, are best read by one of these.
 *
 * <p>Every record can be read. A record with a content type of {@code application/cloudevents} is an event in structured
 * mode, of which the JSON format is known; else one with a header {@code ce_…} is an event in binary mode; any other is
 * given an event that stands for it, named as Knative's KafkaSource does:
 *
 * <table>
 * <caption>A record that is no event</caption>
 * <tr><td>id</td><td>{@code partition:<p>/offset:<o>}</td></tr>
 * <tr><td>source</td><td>{@code /topics/<topic>}</td></tr>
 * <tr><td>type</td><td>{@code dev.knative.kafka.event}</td></tr>
 * <tr><td>subject</td><td>{@code partition:<p>#<o>}</td></tr>
 * <tr><td>time</td><td>the record's, unless it is before 1970</td></tr>
 * <tr><td>datacontenttype</td><td>the header content-type, if it is a media type</td></tr>
 * <tr><td>key, partitionkey</td><td>the record's key, if it is a text that attributes can hold</td></tr>
 * <tr><td>{@code kafkaheader<name>}</td><td>each header that can be an extension, its name in lower case and without
 * other characters than a-z and 0-9; the last of a name</td></tr>
 * </table>
 *
 * <p>A record that claims to be an event and is not valid, or is larger than the limits, becomes a {@link RawEvent} that
 * says which attribute breaks which rule. Headers that tell of a dead letter ({@code ce_dl…}, {@code ce_sluicehops}) make
 * no record an event, and are always read as extensions. Attributes are UTF-8 as it stands: nothing is percent-decoded. A header without
 * a value is an attribute that is not set; a record without a value is an event without data.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">Kafka
 *     Protocol Binding</a>
 */
public final class KafkaRecords {
    /**
     * {@link EventLimits#DEFAULT} and room for what the engine adds on an event's way: 64 KiB, and 32 extensions. So a
     * dead letter of the largest event can be read again.
     */
    public static final EventLimits LIMITS = new EventLimits(
            EventLimits.DEFAULT.eventBytes() + (64 << 10),
            EventLimits.DEFAULT.extensions() + 32,
            EventLimits.DEFAULT.nameChars(),
            EventLimits.DEFAULT.valueBytes(),
            EventLimits.DEFAULT.batchEvents(),
            EventLimits.DEFAULT.jsonDepth(),
            EventLimits.DEFAULT.numberChars());

    /** How many times longer a text can be in JSON: six characters for one that is escaped. */
    private static final int JSON_GROWTH_MAX = 6;

    private final EventLimits limits;
    private final ContentMode mode;
    private final KeyMapping keys;
    private final JsonEventFormat json;
    private final LastHeaders last = new LastHeaders();

    /** Reads within {@link #LIMITS}; writes in binary mode, with the {@code partitionkey} as key if none is given. */
    public KafkaRecords() {
        this(LIMITS, ContentMode.BINARY, KeyMapping.PARTITION_KEY);
    }

    private KafkaRecords(EventLimits limits, ContentMode mode, KeyMapping keys) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.mode = Objects.requireNonNull(mode, "mode");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.json = new JsonEventFormat(limits.withEventBytes(documentBytesMax(limits.eventBytes())));
    }

    /** The same, for records of another kind: it remembers headers of its own. */
    public KafkaRecords another() {
        return new KafkaRecords(limits, mode, keys);
    }

    /** The same with other limits of what is read as an event; what passes them becomes a {@link RawEvent}. */
    public KafkaRecords withLimits(EventLimits other) {
        return new KafkaRecords(other, mode, keys);
    }

    /** The same writing in another mode. */
    public KafkaRecords withMode(ContentMode other) {
        return new KafkaRecords(limits, other, keys);
    }

    /** The same with another key for what is written without one. */
    public KafkaRecords withKeys(KeyMapping other) {
        return new KafkaRecords(limits, mode, other);
    }

    /** What {@link #decode(String, int, long, long, byte[], Headers, byte[])} makes of this record. */
    public CloudEvent decode(ConsumerRecord<byte[], byte[]> consumed) {
        return decode(
                consumed.topic(),
                consumed.partition(),
                consumed.offset(),
                consumed.timestamp(),
                consumed.key(),
                consumed.headers(),
                consumed.value());
    }

    /**
     * The event that a record is or that stands for it; a {@link RawEvent} when it is no valid event. Never throws. The
     * event keeps the value as its data, so the array must not change afterwards.
     *
     * @param timestamp milliseconds since 1970; negative when the record has none
     */
    public CloudEvent decode(
            String topic,
            int partition,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            Headers headers,
            byte @Nullable [] value) {
        Header[] all = headers.toArray();
        WireEvent alike = last.read(all, value, limits);
        if (alike != null) {
            return alike;
        }
        try {
            HeaderReader reader = new HeaderReader(limits);
            reader.read(all);
            if (reader.isStructured()) {
                reader.requireContentType();
                return structured(reader.contentType(), value);
            }
            if (reader.hasAttributes()) {
                WireEvent event = reader.event(value);
                last.differed(all, event);
                return event;
            }
            return PlainRecord.read(
                    limits, topic, partition, offset, timestamp, key, headers, value, reader.contentType());
        } catch (InvalidEventException e) {
            return RawRecords.read(topic, partition, offset, key, headers, value, e);
        }
    }

    /**
     * A record's key as text, for lanes and for {@link #encode}: distinct keys have distinct texts. The text itself when
     * the key is UTF-8; any other key, and one that begins with U+0000, is U+0000 and hexadecimal digits.
     */
    public static @Nullable String keyOf(byte @Nullable [] key) {
        return key == null ? null : RecordKeys.text(key);
    }

    /**
     * The bytes of all names and values of headers, which are not made strings and arrays for it.
     *
     * @param each bytes to be added for each header
     */
    public static long sizeOf(Headers headers, int each) {
        long bytes = 0;
        for (Header header : headers.toArray()) {
            bytes += each + HeaderBytes.nameLength(header) + Math.max(0, HeaderBytes.valueLength(header));
        }
        return bytes;
    }

    /** The key whose text {@link #keyOf} gives. */
    public static byte @Nullable [] keyBytes(@Nullable String key) {
        return key == null ? null : RecordKeys.bytes(key);
    }

    /**
     * The record that holds an event; without partition and timestamp. An event without data has no value in binary
     * mode. An event whose data is itself an event is written in structured mode, as binary mode can't tell the two
     * apart. A {@link RawEvent} is written as it came, with its own key, and a header {@code ce_…} for each extension
     * of its stand-in, in place of those of the same name.
     *
     * @param key the record's key in the form of {@link #keyOf}; null to ask the {@link KeyMapping}
     * @throws InvalidEventException when a foreign event breaks a rule of the specification
     */
    public ProducerRecord<byte[], byte[]> encode(String topic, CloudEvent event, @Nullable String key) {
        if (event instanceof RawEvent raw) {
            return RawRecords.write(topic, raw);
        }
        WireEvent valid = WireEvent.of(event);
        byte[] keyBytes = keyBytes(key == null ? keys.keyOf(event) : key);
        String type = valid.getDataContentType();
        boolean nested = MediaTypes.isStructured(type) || MediaTypes.isBatch(type);
        return mode == ContentMode.STRUCTURED || nested
                ? RecordWriter.structured(topic, keyBytes, json.write(valid))
                : RecordWriter.binary(topic, keyBytes, valid);
    }

    /**
     * What a record takes of a producer's {@code max.request.size}, in bytes: the upper bound that the producer itself
     * reckons with, a batch's overhead included.
     */
    public static int sizeOf(ProducerRecord<byte[], byte[]> produced) {
        return RecordWriter.sizeOf(produced);
    }

    private WireEvent structured(@Nullable String contentType, byte @Nullable [] value) {
        if (!MediaTypes.isStructuredJson(contentType)) {
            throw new InvalidEventException(
                    "content-type",
                    contentType,
                    "is no known format of one event; known is application/cloudevents+json");
        }
        if (value == null) {
            throw new InvalidEventException("event", null, "must be a JSON object, and the record has no value");
        }
        WireEvent event = json.read(value, 0, value.length);
        if (event.sizeBytes() > limits.eventBytes()) {
            throw InvalidEventException.tooLarge(
                    "event", "must not be larger than " + limits.eventBytes() + " bytes, and has " + event.sizeBytes());
        }
        return event;
    }

    /** The largest document of an event within the limit: what was written in binary mode must not fail in JSON. */
    private static int documentBytesMax(int eventBytes) {
        return (int) Math.min(Integer.MAX_VALUE, (long) JSON_GROWTH_MAX * eventBytes + (16 << 10));
    }
}
