package dev.sluice.cloudevents;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one event, whose opening brace a cursor stands before. For one event and one thread. */
final class JsonReader {
    private static final int ID = 1;
    private static final int SOURCE = 1 << 1;
    private static final int TYPE = 1 << 2;
    private static final int SPECVERSION = 1 << 3;
    private static final int SUBJECT = 1 << 4;
    private static final int TIME = 1 << 5;
    private static final int DATACONTENTTYPE = 1 << 6;
    private static final int DATASCHEMA = 1 << 7;
    private static final int DATA = 1 << 8;
    private static final int DATA_BASE64 = 1 << 9;
    /** What is the same in many events. */
    private static final int COMMON = SOURCE | TYPE | SPECVERSION | DATACONTENTTYPE | DATASCHEMA;

    /** Bytes around the data that may stay in memory with it; with more, the data is copied out. */
    private static final int RETAINED_MAX = 4 << 10;

    private static final int BASE64_GROUP = 4;

    private final JsonText text;
    private final EventLimits limits;
    private final JsonCursor cursor;
    private final byte[] bytes;

    private final WireEvent.Builder event = WireEvent.builder();
    private int seen;
    private int extensions;
    private @Nullable Set<String> unset;
    private @Nullable String dataContentType;
    private int dataFrom = -1;
    private int dataEnd;
    private boolean dataIsString;
    private int base64From = -1;
    private int base64End;
    /** Whether the string that is the data, in either member, holds escapes. */
    private boolean dataEscaped;

    private boolean base64Escaped;

    JsonReader(JsonText text, EventLimits limits, JsonCursor cursor, byte[] bytes) {
        this.text = text;
        this.limits = limits;
        this.cursor = cursor;
        this.bytes = bytes;
    }

    /** The event; the cursor then stands behind its closing brace. */
    WireEvent read() {
        if (!cursor.take('{')) {
            throw new InvalidEventException("event", null, "must be a JSON object");
        }
        if (!cursor.take('}')) {
            do {
                member(cursor.memberName(text));
            } while (cursor.next('}'));
        }
        if ((seen & SPECVERSION) == 0) {
            throw new InvalidEventException("specversion", null, "is required");
        }
        if (dataFrom >= 0 && base64From >= 0) {
            throw new InvalidEventException("data", null, "must not stand beside data_base64");
        }
        if (dataFrom >= 0) {
            event.data(data());
        } else if (base64From >= 0) {
            event.data(decoded());
        }
        return event.build(limits);
    }

    private void member(String name) {
        switch (name) {
            case "id" -> event.id(string(name, ID));
            case "source" -> event.source(string(name, SOURCE));
            case "type" -> event.type(string(name, TYPE));
            case "specversion" -> version(string(name, SPECVERSION));
            case "subject" -> event.subject(string(name, SUBJECT));
            case "time" -> event.time(string(name, TIME));
            case "datacontenttype" -> {
                dataContentType = string(name, DATACONTENTTYPE);
                event.dataContentType(dataContentType);
            }
            case "dataschema" -> event.dataSchema(string(name, DATASCHEMA));
            case "data" -> dataSpan();
            case "data_base64" -> base64Span();
            default -> extension(name);
        }
    }

    private void once(String name, int bit) {
        if ((seen & bit) != 0) {
            throw new InvalidEventException(name, null, "must not be given twice");
        }
        seen |= bit;
    }

    private @Nullable String string(String name, int bit) {
        once(name, bit);
        if (isNull() || !isString(name)) {
            return null;
        }
        return (bit & COMMON) != 0 ? cursor.commonText(text) : cursor.text(text);
    }

    /** Takes a null. */
    private boolean isNull() {
        var found = cursor.peek() == 'n';
        if (found) {
            cursor.passLiteral();
        }
        return found;
    }

    /** Whether a string comes next; nothing else may. */
    private boolean isString(String name) {
        if (cursor.peek() != '"') {
            throw cursor.isAtValue()
                    ? new InvalidEventException(name, null, "must be a JSON string")
                    : cursor.malformed();
        }
        return true;
    }

    private void version(@Nullable String version) {
        if (version == null) {
            throw new InvalidEventException("specversion", null, "is required");
        }
        event.attribute("specversion", version);
    }

    private void extension(String name) {
        if (event.hasExtension(name) || (unset != null && unset.contains(name))) {
            throw new InvalidEventException(name, null, "must not be given twice");
        }
        if (++extensions > limits.extensions()) {
            throw new InvalidEventException(
                    "event", null, "must not have more than " + limits.extensions() + " extensions");
        }
        var first = cursor.peek();
        switch (first) {
            case '"' -> event.extension(name, cursor.text(text));
            case 't', 'f' -> {
                cursor.passLiteral();
                event.extension(name, first == 't');
            }
            case 'n' -> {
                cursor.passLiteral();
                Rules.extensionName(name, limits);
                unset = unset == null ? new HashSet<>() : unset;
                unset.add(name);
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> event.extension(name, integer(name));
            default -> throw cursor.isAtValue() ? notExtension(name) : cursor.malformed();
        }
    }

    private Integer integer(String name) {
        var value = cursor.integer();
        if (value == null) {
            throw notExtension(name);
        }
        return value;
    }

    private static InvalidEventException notExtension(String name) {
        return new InvalidEventException(name, null, "must be a string, a boolean or an integer of 32 bits");
    }

    private void dataSpan() {
        once("data", DATA);
        dataIsString = cursor.peek() == '"';
        dataFrom = cursor.position();
        if (dataIsString) {
            dataEscaped = cursor.passString();
        } else {
            cursor.passValue();
        }
        dataEnd = cursor.position();
    }

    private void base64Span() {
        once("data_base64", DATA_BASE64);
        if (!isNull() && isString("data_base64")) {
            base64From = cursor.position();
            base64Escaped = cursor.passString();
            base64End = cursor.position();
        }
    }

    /** JSON data is the value's own bytes; of another type it must be a string, whose characters it is. */
    private EventData data() {
        if (dataContentType == null) {
            event.dataContentType(
                    "application/json"); // implied by a data member: made explicit, or other formats lose it
        } else if (!MediaTypes.isJson(dataContentType)) {
            if (!dataIsString) {
                throw new InvalidEventException(
                        "data", null, "must be a JSON string, as datacontenttype is not a JSON type");
            }
            return retained(text.unescaped(bytes, dataFrom, dataEnd, dataEscaped));
        }
        return retained(EventData.json(bytes, dataFrom, dataEnd - dataFrom));
    }

    /** A small event must not keep a large document in memory: what is held should be about what its size says. */
    private EventData retained(EventData slice) {
        boolean small = slice.array().length - slice.size() <= Math.max(RETAINED_MAX, slice.size());
        return small ? slice : slice.copied();
    }

    private EventData decoded() {
        EventData characters = text.unescaped(bytes, base64From, base64End, base64Escaped);
        if (characters.size() % BASE64_GROUP != 0) {
            // The decoder would take it; RFC 4648, section 3.2, asks for the padding.
            throw notBase64();
        }
        try {
            ByteBuffer plain = Base64.getDecoder()
                    .decode(ByteBuffer.wrap(characters.array(), characters.offset(), characters.size()));
            return EventData.of(plain.array(), plain.arrayOffset(), plain.remaining());
        } catch (IllegalArgumentException notBase64) {
            throw notBase64();
        }
    }

    private static InvalidEventException notBase64() {
        return new InvalidEventException("data_base64", null, "must be base64 (RFC 4648), with its padding");
    }
}
