package dev.sluice.cloudevents.kafka;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads one event off the headers in one pass. What kind of record it is shows only at the end, as the content type may
 * come last and say that the value is the event: so the first refusal is kept until someone asks for the event.
 * For one record and one thread.
 */
final class HeaderReader {
    static final String PREFIX = "ce_";
    static final String CONTENT_TYPE = "content-type";

    private static final byte[] VERSION_1 = {'1', '.', '0'};
    private static final int ID = 1;
    private static final int SOURCE = 1 << 1;
    private static final int TYPE = 1 << 2;
    private static final int SPECVERSION = 1 << 3;
    private static final int SUBJECT = 1 << 4;
    private static final int TIME = 1 << 5;
    private static final int DATASCHEMA = 1 << 6;
    private static final int DATACONTENTTYPE = 1 << 7;

    private final EventLimits limits;
    private final WireEvent.Builder event = WireEvent.builder();
    private int seen;
    private int extensions;
    private boolean attributes;
    private boolean structured;
    private boolean versioned;
    private @Nullable String contentType;
    private @Nullable InvalidEventException refusal;
    private @Nullable InvalidEventException typeRefusal;

    HeaderReader(EventLimits limits) {
        this.limits = limits;
    }

    void read(Header[] headers) {
        for (Header header : headers) {
            String name = header.key();
            if (name.startsWith(PREFIX)) {
                attributes |= !Marks.isMark(name);
                tryAttribute(name, header);
            } else if (isContentType(name)) {
                tryContentType(header);
            }
        }
    }

    /** Whether any header is an event's attribute; what only tells of a dead letter is none. */
    boolean hasAttributes() {
        return attributes;
    }

    /** Whether a content type says that the value is an event, or several, in some format. */
    boolean isStructured() {
        return structured;
    }

    /** The content type, not checked; null when there is none, or none that can be read. */
    @Nullable
    String contentType() {
        return contentType;
    }

    /** Refuses a record whose content type can't be read, or is given twice: what holds can't be told then. */
    void requireContentType() {
        if (typeRefusal != null) {
            throw typeRefusal;
        }
    }

    /** The event in binary mode, with this value as its data; refused when any header was. */
    WireEvent event(byte @Nullable [] value) {
        requireContentType();
        if (refusal != null) {
            throw refusal;
        }
        if (!versioned) {
            throw new InvalidEventException("specversion", null, "is required");
        }
        return event.dataContentType(contentType).data(value).build(limits);
    }

    private void tryAttribute(String name, Header header) {
        if (refusal == null) {
            try {
                attribute(name, header);
            } catch (InvalidEventException e) {
                refusal = e;
            }
        }
    }

    private void tryContentType(Header header) {
        try {
            contentType(header);
        } catch (InvalidEventException e) {
            typeRefusal = e;
        }
    }

    private void attribute(String name, Header header) {
        switch (name) {
            case "ce_id" -> event.id(once("id", ID, header));
            case "ce_source" -> event.source(once("source", SOURCE, header));
            case "ce_type" -> event.type(once("type", TYPE, header));
            case "ce_specversion" -> version(header);
            case "ce_subject" -> event.subject(once("subject", SUBJECT, header));
            case "ce_time" -> event.time(once("time", TIME, header));
            case "ce_dataschema" -> event.dataSchema(once("dataschema", DATASCHEMA, header));
            default -> extension(name.substring(PREFIX.length()), header);
        }
    }

    private void version(Header header) {
        mark("specversion", SPECVERSION);
        byte[] value = header.value();
        versioned = Arrays.equals(value, VERSION_1);
        if (value != null && !versioned) {
            throw new InvalidEventException("specversion", text("specversion", value), "must be 1.0");
        }
    }

    private void extension(String name, Header header) {
        if (name.equals("datacontenttype") || name.equals("data")) {
            throw new InvalidEventException(
                    name, null, "must not be a header of its own: it is content-type and the record's value");
        }
        if (event.hasExtension(name)) {
            throw twice(name);
        }
        if (++extensions > limits.extensions()) {
            throw new InvalidEventException(
                    "event", null, "must not have more than " + limits.extensions() + " extensions");
        }
        event.extension(name, text(name, header.value()));
    }

    private void contentType(Header header) {
        String type = text("datacontenttype", header.value());
        structured |= MediaTypes.isStructured(type) || MediaTypes.isBatch(type);
        mark("datacontenttype", DATACONTENTTYPE);
        contentType = type == null || type.isEmpty() ? null : type;
    }

    /** A header without a value is an attribute that is not set. */
    private @Nullable String once(String name, int bit, Header header) {
        mark(name, bit);
        return text(name, header.value());
    }

    private void mark(String name, int bit) {
        if ((seen & bit) != 0) {
            throw twice(name);
        }
        seen |= bit;
    }

    private @Nullable String text(String name, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        if (value.length > limits.valueBytes()) {
            throw new InvalidEventException(name, null, "must not be longer than " + limits.valueBytes() + " bytes");
        }
        String text = Utf8Text.decode(value);
        if (text == null) {
            throw new InvalidEventException(name, null, "must be UTF-8");
        }
        return text;
    }

    private static InvalidEventException twice(String name) {
        return new InvalidEventException(name, null, "must not be given twice");
    }

    /** Whether a header is the content type; in any case, as many writers do not heed it. */
    static boolean isContentType(String name) {
        return name.length() == CONTENT_TYPE.length() && name.equalsIgnoreCase(CONTENT_TYPE);
    }
}
