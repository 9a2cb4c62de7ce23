package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The headers of one record in binary mode that was read and found valid, and what came of them. Events of one producer
 * have the same headers in the same order, and most of their values again and again: what is equal, byte for byte, is
 * taken from here with all that was checked of it; only the rest is read and checked.
 *
 * <p>Accepts nothing that {@link HeaderReader} would not, and refuses nothing: whatever is not plainly the same, or is
 * not valid, is left to it. What is kept are copies, so that nobody else's array can change it. Immutable, and so safe to
 * share between threads without a fence.
 */
final class HeaderMemo {
    /** Headers that the bits of a positive long can stand for. */
    private static final int HEADERS_MAX = Long.SIZE - 1;

    private static final int BYTES_MAX = 16 << 10;

    private enum Part {
        ID,
        SOURCE,
        TYPE,
        SUBJECT,
        TIME,
        DATASCHEMA,
        EXTENSION,
        /** Says how the record is to be read: with another value, all is read anew. */
        DECISIVE,
        /** No attribute. */
        OTHER
    }

    private final String[] names;
    private final byte[][] nameBytes;
    private final byte[] @Nullable [] values;
    private final Part[] parts;
    private final String[] extensions;
    private final WireEvent event;

    private HeaderMemo(Header[] headers, WireEvent read) {
        int count = headers.length;
        names = new String[count];
        nameBytes = new byte[count][];
        values = new byte[count][];
        parts = new Part[count];
        extensions = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = headers[i].key();
            nameBytes[i] = names[i].getBytes(StandardCharsets.UTF_8);
            byte[] value = headers[i].value();
            values[i] = value == null ? null : value.clone();
            parts[i] = partOf(names[i]);
            extensions[i] = parts[i] == Part.EXTENSION ? names[i].substring(HeaderReader.PREFIX.length()) : "";
        }
        event = read.toBuilder().withoutData().build();
        // Made once here, it is there for all that share the text.
        event.getSource();
        event.getDataSchema();
    }

    /** What can be kept of a record; null when it is too much. */
    static @Nullable HeaderMemo of(Header[] headers, WireEvent read) {
        if (headers.length > HEADERS_MAX) {
            return null;
        }
        long bytes = 0;
        for (Header header : headers) {
            bytes += HeaderBytes.nameLength(header) + Math.max(0, HeaderBytes.valueLength(header));
        }
        return bytes > BYTES_MAX ? null : new HeaderMemo(headers, read);
    }

    private static Part partOf(String name) {
        return switch (name) {
            case "ce_id" -> Part.ID;
            case "ce_source" -> Part.SOURCE;
            case "ce_type" -> Part.TYPE;
            case "ce_subject" -> Part.SUBJECT;
            case "ce_time" -> Part.TIME;
            case "ce_dataschema" -> Part.DATASCHEMA;
            case "ce_specversion" -> Part.DECISIVE;
            default -> {
                if (HeaderReader.isContentType(name)) {
                    yield Part.DECISIVE;
                }
                yield name.startsWith(HeaderReader.PREFIX) ? Part.EXTENSION : Part.OTHER;
            }
        };
    }

    /** The headers that have another value, as bits; -1 when other things differ as well. */
    long changes(Header[] headers) {
        if (headers.length != names.length) {
            return -1;
        }
        long changes = 0;
        for (int i = 0; i < headers.length; i++) {
            if (!HeaderBytes.isNamed(headers[i], names[i], nameBytes[i])) {
                return -1;
            }
            if (parts[i] != Part.OTHER && !HeaderBytes.hasValue(headers[i], values[i])) {
                // An extension that was not there would come behind the others, wherever its header stands.
                if (parts[i] == Part.DECISIVE || (parts[i] == Part.EXTENSION && values[i] == null)) {
                    return -1;
                }
                changes |= 1L << i;
            }
        }
        return changes;
    }

    /** The event of a record with these changes; null when it has to be read anew. */
    @Nullable
    WireEvent read(Header[] headers, long changes, byte @Nullable [] value, EventLimits limits) {
        WireEvent.Builder next = event.successor();
        for (long left = changes; left != 0; left &= left - 1) {
            int at = Long.numberOfTrailingZeros(left);
            int length = HeaderBytes.valueLength(headers[at]);
            String text = length < 0 || length > limits.valueBytes() ? null : HeaderBytes.text(headers[at]);
            if (text == null && length >= 0) {
                return null;
            }
            set(next, at, text);
        }
        try {
            return next.data(value).build(limits);
        } catch (InvalidEventException refused) {
            return null;
        }
    }

    private void set(WireEvent.Builder next, int at, @Nullable String text) {
        switch (parts[at]) {
            case ID -> next.id(text);
            case SOURCE -> next.source(text);
            case TYPE -> next.type(text);
            case SUBJECT -> next.subject(text);
            case TIME -> next.time(text);
            case DATASCHEMA -> next.dataSchema(text);
            case EXTENSION -> next.extension(extensions[at], text);
            case DECISIVE, OTHER -> throw new IllegalStateException("header " + names[at] + " sets nothing");
        }
    }
}
