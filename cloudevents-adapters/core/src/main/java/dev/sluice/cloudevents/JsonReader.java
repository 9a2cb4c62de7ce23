package dev.sluice.cloudevents;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one event from a parser that stands on its opening brace. For one event and one thread. */
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
    /** Bytes around the data that may stay in memory with it; with more, the data is copied out. */
    private static final int RETAINED_MAX = 4 << 10;

    private static final int BASE64_GROUP = 4;

    private final JsonText text;
    private final EventLimits limits;
    private final JsonParser parser;
    private final byte[] bytes;
    private final int base;

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

    /** @param base where in the bytes the parser's offsets begin to count */
    JsonReader(JsonText text, EventLimits limits, JsonParser parser, byte[] bytes, int base) {
        this.text = text;
        this.limits = limits;
        this.parser = parser;
        this.bytes = bytes;
        this.base = base;
    }

    /** The event; the parser then stands on its closing brace. */
    WireEvent read() throws IOException {
        String name;
        while ((name = parser.nextFieldName()) != null) {
            parser.nextToken();
            member(name);
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

    private void member(String name) throws IOException {
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

    private @Nullable String string(String name, int bit) throws IOException {
        once(name, bit);
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING) {
            throw new InvalidEventException(name, null, "must be a JSON string");
        }
        return parser.getText();
    }

    private void version(@Nullable String version) {
        if (version == null) {
            throw new InvalidEventException("specversion", null, "is required");
        }
        event.attribute("specversion", version);
    }

    private void extension(String name) throws IOException {
        if (event.hasExtension(name) || (unset != null && unset.contains(name))) {
            throw new InvalidEventException(name, null, "must not be given twice");
        }
        if (++extensions > limits.extensions()) {
            throw new InvalidEventException(
                    "event", null, "must not have more than " + limits.extensions() + " extensions");
        }
        switch (parser.currentToken()) {
            case VALUE_STRING -> event.extension(name, parser.getText());
            case VALUE_TRUE -> event.extension(name, true);
            case VALUE_FALSE -> event.extension(name, false);
            case VALUE_NUMBER_INT -> event.extension(name, integer(name));
            case VALUE_NULL -> {
                Rules.extensionName(name, limits);
                unset = unset == null ? new HashSet<>() : unset;
                unset.add(name);
            }
            default -> throw notExtension(name);
        }
    }

    private Integer integer(String name) throws IOException {
        if (parser.getNumberType() != JsonParser.NumberType.INT) {
            throw notExtension(name);
        }
        return parser.getIntValue();
    }

    private static InvalidEventException notExtension(String name) {
        return new InvalidEventException(name, null, "must be a string, a boolean or an integer of 32 bits");
    }

    private void dataSpan() throws IOException {
        once("data", DATA);
        dataFrom = tokenStart();
        dataIsString = parser.currentToken() == JsonToken.VALUE_STRING;
        if (dataIsString) {
            parser.finishToken();
        } else {
            parser.skipChildren();
        }
        dataEnd = tokenEnd();
    }

    private void base64Span() throws IOException {
        once("data_base64", DATA_BASE64);
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new InvalidEventException("data_base64", null, "must be a JSON string");
        }
        base64From = tokenStart();
        parser.finishToken();
        base64End = tokenEnd();
    }

    private int tokenStart() {
        return base + (int) parser.currentTokenLocation().getByteOffset();
    }

    private int tokenEnd() {
        return base + (int) parser.currentLocation().getByteOffset();
    }

    /** JSON data is the value's own bytes; of another type it must be a string, whose characters it is. */
    private EventData data() throws IOException {
        if (dataContentType == null) {
            event.dataContentType(
                    "application/json"); // implied by a data member: made explicit, or other formats lose it
        } else if (!MediaTypes.isJson(dataContentType)) {
            if (!dataIsString) {
                throw new InvalidEventException(
                        "data", null, "must be a JSON string, as datacontenttype is not a JSON type");
            }
            return retained(text.unescaped(bytes, dataFrom, dataEnd));
        }
        return retained(EventData.json(bytes, dataFrom, dataEnd - dataFrom));
    }

    /** A small event must not keep a large document in memory: what is held should be about what its size says. */
    private EventData retained(EventData slice) {
        boolean small = slice.array().length - slice.size() <= Math.max(RETAINED_MAX, slice.size());
        return small ? slice : slice.copied();
    }

    private EventData decoded() throws IOException {
        EventData characters = text.unescaped(bytes, base64From, base64End);
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
