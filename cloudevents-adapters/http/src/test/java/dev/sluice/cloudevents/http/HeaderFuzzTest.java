package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Headers from a stranger are an event or a refusal, and never another failure. The input is a message as it stands: lines of
 * {@code name:value}, an empty line, the body. The test command runs the inputs that lie in the resources;
 * {@code JAZZER_FUZZ=1} searches for new ones, and keeps what fails there.
 */
class HeaderFuzzTest {
    private static final HttpEvents HTTP = new HttpEvents();

    @FuzzTest(maxDuration = "10m")
    void aMessageIsAnEventOrRefused(byte[] message) {
        String[] parts = new String(message, StandardCharsets.ISO_8859_1).split("\n\n", 2);
        HttpHeaders headers = headers(parts[0]);
        byte[] body = parts.length == 1 ? new byte[0] : parts[1].getBytes(StandardCharsets.ISO_8859_1);
        WireEvent event;
        try {
            Mode mode = HttpEvents.mode(headers);
            event = mode == Mode.STRUCTURED ? HTTP.readStructured(body) : HTTP.readBinary(headers, body);
        } catch (InvalidEventException | UnsupportedFormatException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\u0000");
            return;
        }
        HttpHeaders written = new DefaultHttpHeaders();
        byte[] again = HTTP.writeBinary(event, written);
        for (Map.Entry<String, String> header : written) {
            assertThat(header.getValue()).matches("[\\x20-\\x7e]*");
        }
        Mode mode = HttpEvents.mode(written);
        WireEvent read = mode == Mode.STRUCTURED ? HTTP.readStructured(again) : HTTP.readBinary(written, again);
        assertThat(read.getId()).isEqualTo(event.getId());
        assertThat(read.source()).isEqualTo(event.source());
        assertThat(read.getExtensionNames()).isEqualTo(event.getExtensionNames());
    }

    private static HttpHeaders headers(String lines) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (String line : lines.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return headers;
    }
}
