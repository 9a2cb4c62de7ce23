package dev.sluice.cloudevents;

import io.cloudevents.CloudEventData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event's data: a slice of the bytes it was received in, copied only when someone asks for an array.
 * The bytes belong to the event; whoever gets them must not change them. Safe to share between threads.
 */
public final class EventData implements CloudEventData {
    private final byte[] array;
    private final int offset;
    private final int length;
    /** Set by the JSON reader, so that writing the same bytes into another envelope need not check them again. */
    private final boolean knownJson;

    private volatile byte @Nullable [] copy;

    private EventData(byte[] array, int offset, int length, boolean knownJson) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        this.knownJson = knownJson;
    }

    /** Data that is all of the array, which is not copied. */
    public static EventData of(byte[] bytes) {
        return new EventData(bytes, 0, bytes.length, false);
    }

    /** Data that is a part of the array, which is not copied. */
    public static EventData of(byte[] array, int offset, int length) {
        return new EventData(array, Objects.checkFromIndexSize(offset, length, array.length), length, false);
    }

    /** The same bytes as an SDK's data, read once. */
    public static EventData of(CloudEventData data) {
        return data instanceof EventData known ? known : of(data.toBytes());
    }

    /**
     * Data that is exactly one JSON value in UTF-8, checked here, so that no format that embeds it checks it again. The
     * array is not copied.
     *
     * @throws InvalidEventException when it is none by the letter of RFC 8259, or passes the limits of depth and
     *     numbers
     */
    public static EventData json(byte[] array, int offset, int length, EventLimits limits) {
        Objects.checkFromIndexSize(offset, length, array.length);
        if (!Utf8.isValid(array, offset, length) || !JsonCursor.isValue(array, offset, length, limits)) {
            throw new InvalidEventException("data", null, "must be one JSON value in UTF-8, within the limits of JSON");
        }
        return json(array, offset, length);
    }

    static EventData json(byte[] array, int offset, int length) {
        return new EventData(array, offset, length, true);
    }

    /** Length in bytes. */
    public int size() {
        return length;
    }

    /** The bytes as an array: the received one when the data is all of it, else a copy made once. Not to be changed. */
    @Override
    public byte[] toBytes() {
        if (offset == 0 && length == array.length) {
            return array;
        }
        byte[] known = copy;
        if (known == null) {
            known = Arrays.copyOfRange(array, offset, offset + length);
            copy = known;
        }
        return known;
    }

    /** A read-only view of the bytes, without a copy. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /** Writes the bytes, without a copy. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(array, offset, length);
    }

    /** The same data in an array of its own. */
    EventData copied() {
        return new EventData(Arrays.copyOfRange(array, offset, offset + length), 0, length, knownJson);
    }

    byte[] array() {
        return array;
    }

    int offset() {
        return offset;
    }

    boolean isKnownJson() {
        return knownJson;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventData that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(array, offset, length).hashCode();
    }

    /** The size only: data may be secret. */
    @Override
    public String toString() {
        return "data(" + length + " bytes)";
    }
}
