package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Reads one event off the headers in one pass. For one event and one thread. */
final class BinaryReader {
    private static final int PREFIX = "ce-".length();
    private static final int CONTENT_TYPE = 1 << 30;

    private final EventLimits limits;
    private final WireEvent.Builder event = WireEvent.builder();
    private int seen;
    private int extensions;

    BinaryReader(EventLimits limits) {
        this.limits = limits;
    }

    WireEvent read(HttpHeaders headers, byte[] body) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            CharSequence name = header.getKey();
            if (hasPrefix(name)) {
                attribute(name, header.getValue());
            } else if (HttpHeaderNames.CONTENT_TYPE.contentEqualsIgnoreCase(name)) {
                once("datacontenttype", CONTENT_TYPE);
                contentType(header.getValue());
            }
        }
        if ((seen & AttributeHeader.SPECVERSION.bit()) == 0) {
            throw new InvalidEventException("specversion", null, "is required");
        }
        if (body.length > 0) {
            event.data(body);
        }
        return event.build(limits);
    }

    /** Whether a header carries an attribute. */
    static boolean hasPrefix(CharSequence name) {
        return name.length() > PREFIX
                && (name.charAt(0) | 0x20) == 'c'
                && (name.charAt(1) | 0x20) == 'e'
                && name.charAt(2) == '-';
    }

    /** The media type is a header of its own right: not percent-encoded, but never empty. */
    private void contentType(CharSequence value) {
        if (value.length() > 0) {
            event.dataContentType(value.toString());
        }
    }

    private void attribute(CharSequence name, CharSequence value) {
        AttributeHeader known = AttributeHeader.find(name);
        if (known != null) {
            once(known.attribute(), known.bit());
            event.attribute(known.attribute(), HeaderText.decode(known.attribute(), value));
            return;
        }
        extension(lowerCase(name), value);
    }

    private void extension(String name, CharSequence value) {
        if (name.equals("datacontenttype") || name.equals("data")) {
            throw new InvalidEventException(
                    name, null, "must not be a header of its own: it is Content-Type and the body");
        }
        if (event.hasExtension(name)) {
            throw twice(name);
        }
        if (++extensions > limits.extensions()) {
            throw new InvalidEventException(
                    "event", null, "must not have more than " + limits.extensions() + " extensions");
        }
        event.extension(name, HeaderText.decode(name, value));
    }

    private void once(String name, int bit) {
        if ((seen & bit) != 0) {
            throw twice(name);
        }
        seen |= bit;
    }

    private static InvalidEventException twice(String name) {
        return new InvalidEventException(name, null, "must not be given twice");
    }

    private static String lowerCase(CharSequence name) {
        String extension = name instanceof AsciiString ascii
                ? ascii.toString(PREFIX)
                : name.toString().substring(PREFIX);
        return extension.toLowerCase(Locale.ROOT);
    }
}
