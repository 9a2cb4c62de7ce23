package dev.sluice.cloudevents.kafka;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A header's name and value as they stand in the fetched batch.
 *
 * <p>Kafka's consumer makes a name a string and a value an array when they are first asked for, under a lock and with
 * two volatile writes each: with eleven headers more than all else that an event costs. Both only to be compared with
 * what is known already. So the views of the batch that the header keeps until then are looked at instead; they are
 * private to Kafka, and where a version of it has others, or a header was asked before, its public methods serve, to the
 * same effect. Nothing is changed in a header. From any thread.
 */
final class HeaderBytes {
    private static final @Nullable VarHandle NAME = view("keyBuffer");
    private static final @Nullable VarHandle VALUE = view("valueBuffer");

    private HeaderBytes() {}

    private static @Nullable VarHandle view(String field) {
        try {
            return MethodHandles.privateLookupIn(RecordHeader.class, MethodHandles.lookup())
                    .findVarHandle(RecordHeader.class, field, ByteBuffer.class);
        } catch (ReflectiveOperationException | SecurityException other) {
            return null;
        }
    }

    /** Whether this version of Kafka lets its headers be looked at. */
    static boolean available() {
        return NAME != null && VALUE != null;
    }

    private static @Nullable ByteBuffer view(@Nullable VarHandle field, Header header) {
        if (field == null || header.getClass() != RecordHeader.class) {
            return null;
        }
        ByteBuffer view = (ByteBuffer) field.get((RecordHeader) header);
        return view != null && view.hasArray() ? view : null;
    }

    /** Whether the name is this one, given as text and in UTF-8. */
    static boolean isNamed(Header header, String name, byte[] nameBytes) {
        ByteBuffer view = view(NAME, header);
        return view == null ? header.key().equals(name) : holds(view, nameBytes);
    }

    /** Whether the value is this one. */
    static boolean hasValue(Header header, byte @Nullable [] value) {
        ByteBuffer view = view(VALUE, header);
        return view == null ? Arrays.equals(header.value(), value) : value != null && holds(view, value);
    }

    private static boolean holds(ByteBuffer view, byte[] bytes) {
        int from = view.arrayOffset() + view.position();
        return view.remaining() == bytes.length
                && Arrays.equals(view.array(), from, from + bytes.length, bytes, 0, bytes.length);
    }

    /** How many bytes the value has; -1 when there is none. */
    static int valueLength(Header header) {
        ByteBuffer view = view(VALUE, header);
        if (view != null) {
            return view.remaining();
        }
        byte[] value = header.value();
        return value == null ? -1 : value.length;
    }

    /** How many bytes the name has, or how many characters. */
    static int nameLength(Header header) {
        ByteBuffer view = view(NAME, header);
        return view == null ? header.key().length() : view.remaining();
    }

    /** The value as text; null when it is no UTF-8. Only when there is a value. */
    static @Nullable String text(Header header) {
        ByteBuffer view = view(VALUE, header);
        if (view == null) {
            return Utf8Text.decode(header.value());
        }
        int from = view.arrayOffset() + view.position();
        String text = new String(view.array(), from, view.remaining(), StandardCharsets.UTF_8);
        return Utf8Text.mayBeReplaced(text) ? Utf8Text.decode(header.value()) : text;
    }
}
