package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What bytes are, told by name or by looking. */
final class ContentType {
    static final String JSON = "application/json";
    static final String OCTETS = "application/octet-stream";
    static final String EVENT = "application/cloudevents+json";
    static final String BATCH = "application/cloudevents-batch+json";
    private static final String LINES = "application/x-ndjson";

    private static final Map<String, String> BY_SUFFIX = Map.of(
            "json", JSON,
            "jsonl", LINES,
            "ndjson", LINES,
            "xml", "application/xml",
            "txt", "text/plain; charset=utf-8",
            "csv", "text/csv; charset=utf-8",
            "yaml", "application/yaml",
            "yml", "application/yaml");

    private ContentType() {}

    /** By the file's suffix; null when it says nothing. */
    static @Nullable String ofFile(String file) {
        var dot = file.lastIndexOf('.');
        return BY_SUFFIX.get(file.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** The structured or batched JSON type when the bytes are an event or a list of events; else null. */
    static @Nullable String ofEvents(byte[] bytes) {
        var first = firstLetter(bytes);
        if (first != '{' && first != '[') {
            return null;
        }
        try {
            var json = Json.read(bytes);
            if (isEvent(json)) {
                return EVENT;
            }
            return json.isArray() && !json.isEmpty() && isEvent(json.get(0)) ? BATCH : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    static boolean isEvent(JsonNode json) {
        return json.isObject() && json.path("specversion").isTextual();
    }

    static boolean isCloudEvents(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith("application/cloudevents");
    }

    static boolean isBatch(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith("application/cloudevents-batch");
    }

    static boolean isLines(@Nullable String type) {
        var base = base(type);
        return base.equals(LINES) || base.equals("application/jsonl") || base.equals("application/ndjson");
    }

    /** Whether bytes of this guessed type deserve a look for JSON. */
    static boolean mayBeJson(String type) {
        return type.startsWith("text/plain") || type.equals(OCTETS) || type.equals(JSON);
    }

    static boolean isJson(@Nullable String type) {
        var base = base(type);
        return base.isEmpty() || base.endsWith("/json") || base.endsWith("+json");
    }

    /** Whether people read it. */
    static boolean isText(@Nullable String type) {
        var base = base(type);
        return isJson(type) || base.startsWith("text/") || base.endsWith("xml") || base.endsWith("yaml");
    }

    static boolean isJson(byte[] bytes) {
        try {
            return !Json.read(bytes).isMissingNode();
        } catch (IOException notJson) {
            return false;
        }
    }

    private static String base(@Nullable String type) {
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static char firstLetter(byte[] bytes) {
        for (var b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return (char) b;
            }
        }
        return 0;
    }
}
