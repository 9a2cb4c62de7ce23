package dev.sluice.server;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What the admin API answers.
 *
 * @param status the HTTP status
 * @param contentType of the body
 * @param body never changed once here
 * @param headers beyond content type and length
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes go straight into the response; replies are never compared
record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
    static Reply json(int status, byte[] json) {
        return new Reply(status, "application/json", json, Map.of());
    }

    static Reply text(String contentType, String text) {
        return new Reply(200, contentType, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    Reply with(String header, String value) {
        var more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, contentType, body, Map.copyOf(more));
    }
}
