package dev.sluice.cloudevents.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.cloudevents.Escaped;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an answer with an error says of it, in problem details (RFC 9457). */
final class ProblemDetail {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int SHOWN_CHARS = 500;

    private ProblemDetail() {}

    /** The detail, else the title, escaped and cut; null when the answer has neither or is something else. */
    static @Nullable String of(HttpHeaders headers, byte[] body) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/problem+json")) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(body)) {
            return read(parser);
        } catch (IOException notJson) {
            return null;
        }
    }

    private static @Nullable String read(JsonParser parser) throws IOException {
        String title = null;
        String detail = null;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return null;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
            if (text && name.equals("detail")) {
                detail = parser.getText();
            } else if (text && name.equals("title")) {
                title = parser.getText();
            }
            parser.skipChildren();
        }
        String said = detail == null ? title : detail;
        return said == null || said.isBlank() ? null : Escaped.of(said, SHOWN_CHARS);
    }
}
