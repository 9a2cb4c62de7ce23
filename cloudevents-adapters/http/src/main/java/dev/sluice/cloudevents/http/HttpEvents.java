package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 in HTTP messages, requests and responses alike. Safe to share between threads.
 *
 * <p>Reading binary mode decodes headers as the binding says: a quoted string is unescaped, then percent-encoding is
 * decoded once. Refused are raw characters outside printable ASCII, broken percent-encoding or UTF-8, attributes given
 * twice, {@code ce-data} and {@code ce-datacontenttype}. An empty body is an event without data. Extensions come as
 * strings, as headers have no types.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md">HTTP
 *     Protocol Binding</a>
 */
public final class HttpEvents {
    private static final byte[] NO_BYTES = {};
    private static final AsciiString STRUCTURED = AsciiString.cached(MediaTypes.STRUCTURED_JSON);
    private static final AsciiString BATCH = AsciiString.cached(MediaTypes.BATCH_JSON);
    private static final AsciiString VERSION_1 = AsciiString.cached("1.0");

    private final EventLimits limits;
    private final JsonEventFormat json;

    /** Reads within {@link EventLimits#DEFAULT}. */
    public HttpEvents() {
        this(EventLimits.DEFAULT);
    }

    /** Reads within limits of its own. */
    public HttpEvents(EventLimits limits) {
        this.limits = limits;
        this.json = new JsonEventFormat(limits);
    }

    /**
     * How a message carries events, by its headers.
     *
     * @throws UnsupportedFormatException when its content type is a format of events that is not JSON
     * @throws InvalidEventException when it has two content types
     */
    public static Mode mode(HttpHeaders headers) {
        CharSequence contentType = contentType(headers);
        if (MediaTypes.isBatch(contentType) || MediaTypes.isStructured(contentType)) {
            if (MediaTypes.isStructuredJson(contentType)) {
                return Mode.STRUCTURED;
            }
            if (MediaTypes.isBatchJson(contentType)) {
                return Mode.BATCH;
            }
            throw new UnsupportedFormatException(String.valueOf(contentType));
        }
        return hasAttributes(headers) ? Mode.BINARY : Mode.PLAIN;
    }

    /**
     * Reads an event in binary mode; the body becomes its data without a copy and must not change afterwards.
     *
     * @throws InvalidEventException when it is no valid event or passes a limit
     */
    public WireEvent readBinary(HttpHeaders headers, byte[] body) {
        return new BinaryReader(limits).read(headers, body);
    }

    /**
     * Reads an event in structured mode; attributes that headers repeat are ignored.
     *
     * @throws InvalidEventException when it is no valid event or passes a limit
     */
    public WireEvent readStructured(byte[] body) {
        return json.read(body, 0, body.length);
    }

    /**
     * Reads a batch of zero or more events, all or none.
     *
     * @throws InvalidEventException when an event is not valid or passes a limit, with its index
     */
    public List<WireEvent> readBatch(byte[] body) {
        return json.readBatch(body, 0, body.length);
    }

    /**
     * Sets the headers of an event in binary mode and gives its body, not to be changed: the event's data, empty without
     * any. Without a datacontenttype no Content-Type is set. An event whose data is itself an event is written in
     * structured mode, as binary mode can't tell the two apart.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification
     */
    public byte[] writeBinary(CloudEvent event, HttpHeaders out) {
        WireEvent valid = WireEvent.of(event);
        String contentType = valid.getDataContentType();
        if (MediaTypes.isStructured(contentType) || MediaTypes.isBatch(contentType)) {
            return writeStructured(valid, out);
        }
        out.set(AttributeHeader.SPECVERSION.header(), VERSION_1);
        out.set(AttributeHeader.ID.header(), HeaderText.encode(valid.getId()));
        out.set(AttributeHeader.SOURCE.header(), HeaderText.encode(valid.source()));
        out.set(AttributeHeader.TYPE.header(), HeaderText.encode(valid.getType()));
        set(out, AttributeHeader.SUBJECT.header(), valid.text("subject"));
        set(out, AttributeHeader.TIME.header(), valid.text("time"));
        set(out, AttributeHeader.DATASCHEMA.header(), valid.text("dataschema"));
        for (String name : valid.getExtensionNames()) {
            set(out, "ce-" + name, valid.text(name));
        }
        if (contentType != null) {
            out.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        EventData data = valid.getData();
        return data == null ? NO_BYTES : data.toBytes();
    }

    /**
     * Sets the header of an event in structured mode and gives its body.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification
     */
    public byte[] writeStructured(CloudEvent event, HttpHeaders out) {
        out.set(HttpHeaderNames.CONTENT_TYPE, STRUCTURED);
        return json.write(event);
    }

    /**
     * Sets the header of a batch and gives its body. Only for a peer that asked for it: {@link #acceptsBatch}.
     *
     * @throws InvalidEventException when a foreign event breaks a rule of the specification, with its index
     */
    public byte[] writeBatch(Collection<? extends CloudEvent> events, HttpHeaders out) {
        out.set(HttpHeaderNames.CONTENT_TYPE, BATCH);
        return json.writeBatch(events);
    }

    /**
     * Whether a request asks for batches: its Accept names {@code application/cloudevents-batch+json}; a wildcard does
     * not.
     */
    public static boolean acceptsBatch(HttpHeaders request) {
        return Accept.names(request, MediaTypes.BATCH_JSON);
    }

    /**
     * Whether a request asks for structured mode: its Accept names {@code application/cloudevents+json}; a wildcard
     * does not.
     */
    public static boolean acceptsStructured(HttpHeaders request) {
        return Accept.names(request, MediaTypes.STRUCTURED_JSON);
    }

    private static void set(HttpHeaders out, CharSequence name, @Nullable String value) {
        if (value != null) {
            out.set(name, HeaderText.encode(value));
        }
    }

    private static @Nullable CharSequence contentType(HttpHeaders headers) {
        CharSequence found = null;
        Iterator<? extends CharSequence> values = headers.valueCharSequenceIterator(HttpHeaderNames.CONTENT_TYPE);
        while (values.hasNext()) {
            if (found != null) {
                throw new InvalidEventException("datacontenttype", null, "must not be given twice");
            }
            found = values.next();
        }
        return found;
    }

    private static boolean hasAttributes(HttpHeaders headers) {
        if (headers.contains(AttributeHeader.SPECVERSION.header())) {
            return true;
        }
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            if (BinaryReader.hasPrefix(all.next().getKey())) {
                return true;
            }
        }
        return false;
    }
}
