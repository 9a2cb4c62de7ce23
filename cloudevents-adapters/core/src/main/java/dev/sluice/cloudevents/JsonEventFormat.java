package dev.sluice.cloudevents;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.format.EventSerializationException;
import io.cloudevents.rw.CloudEventDataMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The JSON format of CloudEvents 1.0 and its batches, strict in both directions. Safe to share between threads.
 *
 * <p>Reading refuses what is no UTF-8 or no JSON, members given twice, bytes after the document, {@code data} beside
 * {@code data_base64}, and whatever {@link EventLimits} or the specification's rules forbid. A null attribute is
 * unset; {@code "data": null} is data, namely the JSON value null. JSON data stays the bytes it came as, less white
 * space around the value. An event with a {@code data} member and no datacontenttype gets {@code application/json},
 * which the member implies.
 *
 * <p>Writing never lets data change the envelope: JSON data is checked before it is copied; what is not one JSON value
 * within the limits goes as {@code data_base64}. Text and XML in UTF-8 go as a string, all else as base64.
 *
 * <p>It serves the SDK too: registered with the service loader for {@code application/cloudevents+json}. When several
 * formats of one class path are registered for a type, the SDK takes the last it finds; an application that needs
 * certainty calls {@code EventFormatProvider.getInstance().registerFormat(new JsonEventFormat())} as it starts.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">JSON Event
 * Format</a>
 */
public final class JsonEventFormat implements EventFormat {
    private final EventLimits limits;
    private final JsonText text;

    /** The format with {@link EventLimits#DEFAULT}. */
    public JsonEventFormat() {
        this(EventLimits.DEFAULT);
    }

    /** The format with limits of its own for reading. */
    public JsonEventFormat(EventLimits limits) {
        this.limits = limits;
        this.text = new JsonText(limits);
    }

    /**
     * Reads one event. It may keep a part of the array as its data, so the array must not change afterwards.
     *
     * @throws InvalidEventException when the bytes are no valid event or pass a limit
     */
    public WireEvent read(byte[] bytes, int offset, int length) {
        int from = begin(bytes, offset, length, limits.eventBytes());
        var cursor = new JsonCursor(bytes, from, offset + length - from, limits);
        WireEvent event = new JsonReader(text, limits, cursor, bytes).read();
        requireEnd(cursor);
        return event;
    }

    /**
     * Reads a batch of zero or more events, all or none. The events may keep the array as their data. How large the
     * whole batch may be is the caller's to limit; each event and their number are limited here.
     *
     * @throws InvalidEventException when an event is not valid, with its index, or the bytes are no batch
     */
    public List<WireEvent> readBatch(byte[] bytes, int offset, int length) {
        int from = begin(bytes, offset, length, Integer.MAX_VALUE);
        var cursor = new JsonCursor(bytes, from, offset + length - from, limits);
        if (!cursor.take('[')) {
            throw new InvalidEventException("batch", null, "must be a JSON array");
        }
        List<WireEvent> events = new ArrayList<>();
        if (!cursor.take(']')) {
            do {
                events.add(readItem(cursor, bytes, events.size()));
            } while (hasNext(cursor, events.size()));
        }
        requireEnd(cursor);
        return events;
    }

    /**
     * Writes one event.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification
     */
    public byte[] write(CloudEvent event) {
        WireEvent valid = WireEvent.of(event);
        JsonWriter writer = new JsonWriter(text, valid.sizeBytes());
        writer.event(valid);
        return writer.result();
    }

    /**
     * Writes a batch; an empty collection gives {@code []}.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification, with its index
     */
    public byte[] writeBatch(Collection<? extends CloudEvent> events) {
        List<WireEvent> valid = new ArrayList<>(events.size());
        long size = 2;
        for (CloudEvent event : events) {
            try {
                valid.add(WireEvent.of(event));
            } catch (InvalidEventException e) {
                throw e.at(valid.size());
            }
            size += valid.get(valid.size() - 1).sizeBytes() + 128L;
        }
        JsonWriter writer = new JsonWriter(text, (int) Math.min(size, 1 << 28));
        writer.raw('[');
        for (int i = 0; i < valid.size(); i++) {
            if (i > 0) {
                writer.raw(',');
            }
            writer.event(valid.get(i));
        }
        writer.raw(']');
        return writer.result();
    }

    /** {@link #write} for the SDK, with its exception. */
    @Override
    public byte[] serialize(CloudEvent event) {
        try {
            return write(event);
        } catch (InvalidEventException e) {
            throw new EventSerializationException(e);
        }
    }

    /** {@link #read} for the SDK, with its exception; the mapper is given the data as bytes. */
    @Override
    public CloudEvent deserialize(byte[] bytes, CloudEventDataMapper<? extends CloudEventData> mapper) {
        try {
            WireEvent event = read(bytes, 0, bytes.length);
            EventData data = event.getData();
            CloudEventData mapped = data == null ? null : mapper.map(data);
            return Objects.equals(mapped, data)
                    ? event
                    : CloudEventBuilder.v1(event).withData(mapped).build();
        } catch (InvalidEventException e) {
            throw new EventDeserializationException(e);
        }
    }

    @Override
    public String serializedContentType() {
        return MediaTypes.STRUCTURED_JSON;
    }

    /** Where the document begins, behind a byte order mark. */
    private int begin(byte[] bytes, int offset, int length, int bytesMax) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > bytesMax) {
            throw InvalidEventException.tooLarge("event", "must not be larger than " + bytesMax + " bytes");
        }
        if (!Utf8.isValid(bytes, offset, length)) {
            throw new InvalidEventException("event", null, "must be UTF-8");
        }
        boolean marked = length >= 3
                && bytes[offset] == (byte) 0xef
                && bytes[offset + 1] == (byte) 0xbb
                && bytes[offset + 2] == (byte) 0xbf;
        return marked ? offset + 3 : offset;
    }

    private WireEvent readItem(JsonCursor cursor, byte[] bytes, int index) {
        if (index == limits.batchEvents()) {
            throw InvalidEventException.tooLarge(
                    "batch", "must not have more than " + limits.batchEvents() + " events");
        }
        try {
            return new JsonReader(text, limits, cursor, bytes).read();
        } catch (InvalidEventException e) {
            throw e.at(index);
        }
    }

    private static boolean hasNext(JsonCursor cursor, int index) {
        try {
            return cursor.next(']');
        } catch (InvalidEventException e) {
            throw e.at(index);
        }
    }

    private static void requireEnd(JsonCursor cursor) {
        if (cursor.peek() != JsonCursor.END) {
            throw cursor.isAtValue()
                    ? new InvalidEventException("event", null, "must end with its document")
                    : cursor.malformed();
        }
    }
}
