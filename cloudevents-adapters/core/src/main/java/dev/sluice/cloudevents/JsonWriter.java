package dev.sluice.cloudevents;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Writes events into one growing array. Checked attributes need little escaping; data decides its own member. */
final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final int OVERHEAD = 256;

    private final JsonText text;
    private byte[] out;
    private int at;

    /** @param sizeHint size of the events to be written, in bytes */
    JsonWriter(JsonText text, int sizeHint) {
        this.text = text;
        this.out = new byte[sizeHint + OVERHEAD];
    }

    byte[] result() {
        return at == out.length ? out : Arrays.copyOf(out, at);
    }

    void raw(char c) {
        room(1);
        out[at++] = (byte) c;
    }

    void event(WireEvent event) {
        ascii("{\"specversion\":\"1.0\"");
        member("id", event.getId());
        member("source", event.source());
        member("type", event.getType());
        optional("subject", event.text("subject"));
        optional("time", event.text("time"));
        optional("dataschema", event.text("dataschema"));
        optional("datacontenttype", event.getDataContentType());
        Object[] extensions = event.extensions();
        for (int i = 0; i < extensions.length; i += 2) {
            extension((String) extensions[i], extensions[i + 1]);
        }
        EventData data = event.getData();
        if (data != null) {
            data(event.getDataContentType(), data);
        }
        raw('}');
    }

    private void data(@Nullable String mediaType, EventData data) {
        if (mediaType != null && MediaTypes.isJson(mediaType)) {
            if (data.isKnownJson() || text.isValue(data.array(), data.offset(), data.size())) {
                ascii(",\"data\":");
                bytes(data);
                return;
            }
        } else if (mediaType != null
                && MediaTypes.isUtf8Text(mediaType)
                && Utf8.isValid(data.array(), data.offset(), data.size())) {
            ascii(",\"data\":\"");
            escaped(data);
            raw('"');
            return;
        }
        ascii(",\"data_base64\":\"");
        base64(data);
        raw('"');
    }

    private void extension(String name, Object value) {
        if (value instanceof String string) {
            member(name, string);
        } else {
            raw(',');
            string(name);
            raw(':');
            ascii(value.toString());
        }
    }

    private void optional(String name, @Nullable String value) {
        if (value != null) {
            member(name, value);
        }
    }

    private void member(String name, String value) {
        raw(',');
        string(name);
        raw(':');
        string(value);
    }

    /** An attribute's text has no control characters, so that only quotes and backslashes need an escape. */
    private void string(String value) {
        raw('"');
        room(2 * value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                byte[] rest = value.substring(i).getBytes(StandardCharsets.UTF_8);
                escaped(EventData.of(rest));
                break;
            }
            if (c == '"' || c == '\\') {
                out[at++] = '\\';
            }
            out[at++] = (byte) c;
        }
        raw('"');
    }

    private void escaped(EventData utf8) {
        byte[] from = utf8.array();
        int end = utf8.offset() + utf8.size();
        room(utf8.size());
        for (int i = utf8.offset(); i < end; i++) {
            byte b = from[i];
            room(6 + end - i);
            if (b == '"' || b == '\\') {
                out[at++] = '\\';
                out[at++] = b;
            } else if (b >= 0 && b < 0x20) {
                control(b);
            } else {
                out[at++] = b;
            }
        }
    }

    private void control(byte b) {
        switch (b) {
            case '\n' -> ascii("\\n");
            case '\r' -> ascii("\\r");
            case '\t' -> ascii("\\t");
            default -> {
                ascii("\\u00");
                out[at++] = HEX[b >> 4];
                out[at++] = HEX[b & 15];
            }
        }
    }

    private void bytes(EventData data) {
        room(data.size());
        System.arraycopy(data.array(), data.offset(), out, at, data.size());
        at += data.size();
    }

    private void base64(EventData data) {
        byte[] encoded = Base64.getEncoder().encode(data.toBytes());
        room(encoded.length);
        System.arraycopy(encoded, 0, out, at, encoded.length);
        at += encoded.length;
    }

    @SuppressWarnings(
            "deprecation") // getBytes(int, int, byte[], int) is deprecated for text beyond Latin-1: this is ASCII
    private void ascii(String value) {
        room(value.length());
        value.getBytes(0, value.length(), out, at);
        at += value.length();
    }

    private void room(int more) {
        if (out.length - at < more) {
            out = Arrays.copyOf(out, Math.max(at + more, out.length + (out.length >> 1)));
        }
    }
}
