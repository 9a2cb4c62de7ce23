package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An event that came as an answer. */
final class EventAnswer {
    private static final String PREFIX = "ce-";

    /** The order in which people look for attributes; the others follow by name. */
    private static final List<String> FIRST = List.of("specversion", "id", "source", "type", "subject", "time");

    private final ObjectNode attributes;
    private final byte @Nullable [] data;

    private EventAnswer(ObjectNode attributes, byte @Nullable [] data) {
        this.attributes = attributes;
        this.data = data;
    }

    /** As in the JSON format, without the data. */
    ObjectNode attributes() {
        return attributes;
    }

    /** The bytes; null when the event has none. */
    byte @Nullable [] data() {
        return data;
    }

    /** The events of an answer in any of the three modes; none when it has no body and no attributes. */
    static List<EventAnswer> of(HttpResponse<byte[]> answer) throws IOException {
        var type = answer.headers().firstValue("Content-Type").orElse(null);
        if (type != null && ContentType.isCloudEvents(type)) {
            var events = new ArrayList<EventAnswer>();
            var json = Json.read(answer.body());
            if (json.isArray()) {
                for (var event : json) {
                    events.add(structured(event));
                }
            } else {
                events.add(structured(json));
            }
            return events;
        }
        var event = binary(answer, type);
        return event.attributes().isEmpty() && event.data() == null ? List.of() : List.of(event);
    }

    /** Of the data; null when it is not said. */
    @Nullable
    String contentType() {
        var type = attributes.path("datacontenttype");
        return type.isTextual() ? type.asText() : null;
    }

    /** As in the JSON format. */
    JsonNode toJson() {
        var json = attributes.deepCopy();
        if (data == null) {
            return json;
        }
        if (ContentType.isJson(contentType())) {
            try {
                return json.set("data", Json.read(data));
            } catch (IOException notJson) {
                // falls through: what claims to be JSON and is none is shown as bytes
            }
        } else if (ContentType.isText(contentType())) {
            return json.put("data", new String(data, StandardCharsets.UTF_8));
        }
        return json.put("data_base64", Base64.getEncoder().encodeToString(data));
    }

    private static EventAnswer binary(HttpResponse<byte[]> answer, @Nullable String type) {
        var attributes = JsonNodeFactory.instance.objectNode();
        for (var name : FIRST) {
            answer.headers().firstValue(PREFIX + name).ifPresent(value -> attributes.put(name, decode(value)));
        }
        answer.headers().map().forEach((header, values) -> {
            var name = header.toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                attributes.put(name.substring(PREFIX.length()), decode(values.get(0)));
            }
        });
        var data = answer.body().length == 0 ? null : answer.body();
        if (type != null && data != null) {
            attributes.put("datacontenttype", type);
        }
        return new EventAnswer(attributes, data);
    }

    private static EventAnswer structured(JsonNode event) throws IOException {
        if (!(event instanceof ObjectNode object)) {
            throw new IOException("an event that is no JSON object");
        }
        var attributes = object.deepCopy();
        var data = attributes.remove("data");
        var base64 = attributes.remove("data_base64");
        if (base64 != null) {
            return new EventAnswer(attributes, Base64.getDecoder().decode(base64.asText()));
        }
        if (data == null) {
            return new EventAnswer(attributes, null);
        }
        var type = attributes.path("datacontenttype").asText("");
        var text = data.isTextual() && !ContentType.isJson(type) ? data.asText() : data.toString();
        return new EventAnswer(attributes, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Undoes one round of percent-encoding; what is none stays. */
    private static String decode(String value) {
        var bytes = new ByteArrayOutputStream();
        var raw = value.getBytes(StandardCharsets.UTF_8);
        for (var i = 0; i < raw.length; i++) {
            var high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            var low = high < 0 ? -1 : Character.digit(raw[i + 2], 16);
            if (low < 0) {
                bytes.write(raw[i]);
            } else {
                bytes.write(high * 16 + low);
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
