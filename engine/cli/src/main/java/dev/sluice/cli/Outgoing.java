package dev.sluice.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that carries events. */
final class Outgoing {
    private final Map<String, String> headers;
    private final byte[] body;
    private final List<String> ids;
    private final boolean batch;

    private Outgoing(Map<String, String> headers, byte[] body, List<String> ids, boolean batch) {
        this.headers = headers;
        this.body = body;
        this.ids = ids;
        this.batch = batch;
    }

    /** The HTTP headers. */
    Map<String, String> headers() {
        return headers;
    }

    /** The bytes as they go out. */
    byte[] body() {
        return body;
    }

    /** The ids of the events in order, {@code ?} for one that is not known. */
    List<String> ids() {
        return ids;
    }

    /** Whether the answer may be one status per event. */
    boolean batch() {
        return batch;
    }

    /** HTTP binary mode: attributes as headers, the data as it is. */
    static Outgoing binary(Map<String, String> attributes, @Nullable String contentType, byte[] data) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce-specversion", "1.0");
        attributes.forEach((name, value) -> headers.put("ce-" + name, encode(value)));
        if (contentType != null) {
            headers.put("Content-Type", contentType);
        }
        return new Outgoing(headers, data, List.of(attributes.getOrDefault("id", "?")), false);
    }

    /** A whole event or a whole batch, as it is. */
    static Outgoing structured(String contentType, byte[] body) {
        return new Outgoing(Map.of("Content-Type", contentType), body, ids(body), ContentType.isBatch(contentType));
    }

    /** Events in JSON, joined to a batch. */
    static Outgoing batch(List<String> events, List<String> ids) {
        var body = ("[" + String.join(",\n", events) + "]").getBytes(StandardCharsets.UTF_8);
        return new Outgoing(Map.of("Content-Type", ContentType.BATCH), body, List.copyOf(ids), true);
    }

    /** Percent-encodes as the HTTP binding says: space, quote, percent, and all that is not printable ASCII. */
    private static String encode(String value) {
        var encoded = new StringBuilder();
        for (var b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7F && b != '"' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("%%%02X", b & 0xFF));
            }
        }
        return encoded.toString();
    }

    private static List<String> ids(byte[] body) {
        var ids = new ArrayList<String>();
        try {
            var json = Json.read(body);
            if (json.isArray()) {
                json.forEach(event -> ids.add(event.path("id").asText("?")));
            } else {
                ids.add(json.path("id").asText("?"));
            }
        } catch (IOException notJson) {
            ids.add("?");
        }
        return ids;
    }
}
