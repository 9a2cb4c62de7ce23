package dev.sluice.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a handler's parameter is made of: chosen once per function, never per event. */
final class Payload {
    private static final int TYPES_MAX = 200;

    private enum Kind {
        EVENT,
        BYTES,
        TEXT,
        TREE,
        JSON
    }

    private final Kind kind;
    private final String type;
    private final ObjectReader reader;

    Payload(JavaType type, ObjectMapper json) {
        this.type = Payload.nameOf(type);
        kind = kindOf(type.getRawClass());
        reader = kind == Kind.JSON ? json.readerFor(type) : json.reader();
    }

    /**
     * A mapper for one version of a function: ISO dates, unknown members ignored. It remembers types, and with them the
     * class loader of an artifact, so it has to go when the version goes.
     */
    static ObjectMapper mapper() {
        return JsonMapper.builder()
                .typeFactory(types())
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** Resolves types and remembers them by itself; Jackson's own would for as long as the process lives. */
    static TypeFactory types() {
        LookupCache<Object, JavaType> cache = new LRUMap<>(16, TYPES_MAX);
        return TypeFactory.defaultInstance().withCache(cache);
    }

    private static Kind kindOf(Class<?> type) {
        if (type == CloudEvent.class) {
            return Kind.EVENT;
        }
        if (type == byte[].class) {
            return Kind.BYTES;
        }
        if (type == String.class) {
            return Kind.TEXT;
        }
        return JsonNode.class.isAssignableFrom(type) ? Kind.TREE : Kind.JSON;
    }

    /** The type as an author would write it. */
    static String nameOf(JavaType type) {
        var name = new StringBuilder(type.getRawClass().getSimpleName());
        if (type.containedTypeCount() > 0) {
            name.append('<');
            for (var i = 0; i < type.containedTypeCount(); i++) {
                name.append(i == 0 ? "" : ", ").append(nameOf(type.containedType(i)));
            }
            name.append('>');
        }
        return name.toString();
    }

    /** Whether the parameter is the event itself. */
    boolean isEvent() {
        return kind == Kind.EVENT;
    }

    /** The parameter for an event; {@link FunctionException.BadInput} when its data does not fit. */
    Object read(String function, CloudEvent event) {
        if (kind == Kind.EVENT) {
            return event;
        }
        var data = event.getData();
        var bytes = data == null ? null : data.toBytes();
        return switch (kind) {
            case BYTES -> bytes == null ? new byte[0] : bytes;
            case TEXT -> bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
            default -> readJson(function, bytes);
        };
    }

    private Object readJson(String function, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            throw new FunctionException.BadInput(function, "it has no data, and " + type + " is expected", null);
        }
        try {
            Object value = kind == Kind.TREE ? reader.readTree(bytes) : reader.readValue(bytes);
            if (value == null) {
                throw new FunctionException.BadInput(function, "its data is null, and " + type + " is expected", null);
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new FunctionException.BadInput(function, "its data is no " + type + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new FunctionException.BadInput(function, "its data can't be read as " + type, e);
        }
    }

    /** The type's name, for descriptions. */
    String type() {
        return type;
    }
}
