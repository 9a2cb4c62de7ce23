package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The specification's pairs of one event in the JSON format and in HTTP's binary mode: both must read as the same
 * event.
 */
class SpecificationExamplesTest {
    private static final Path EXAMPLES = Path.of("../../../shared/conformance/examples/spec-fenced");
    private static final HttpEvents HTTP = new HttpEvents();

    @BeforeEach
    void needsTheConformanceData() {
        assumeTrue(
                Files.isDirectory(EXAMPLES),
                "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository");
    }

    @ParameterizedTest
    @CsvSource({
        "json-format.01.json, json-format.02.txt",
        "json-format.03.json, json-format.04.txt",
        "json-format.05.json, json-format.06.txt",
        "json-format.07.json, json-format.08.txt",
        "json-format.09.json, json-format.10.txt",
    })
    void readsBothFormsAsOneEvent(String json, String http) throws IOException {
        byte[] structured = Files.readString(EXAMPLES.resolve(json))
                .replace("... base64 encoded string ...", "Li4ucmF3IGJpbmFyeSBieXRlcy4uLg==")
                .getBytes(StandardCharsets.UTF_8);
        WireEvent event = HTTP.readStructured(structured);
        String[] message = Files.readString(EXAMPLES.resolve(http)).split("\n\n", 2);
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String line : message[0].strip().split("\n")) {
            headers.add(
                    line.substring(0, line.indexOf(':')),
                    line.substring(line.indexOf(':') + 1).strip());
        }
        WireEvent binary = HTTP.readBinary(headers, message[1].strip().getBytes(StandardCharsets.UTF_8));

        HttpHeaders written = new DefaultHttpHeaders();
        HTTP.writeBinary(event, written);

        for (String name : headers.names()) {
            assertThat(written.get(name)).as(name).isEqualTo(headers.get(name));
        }
        assertThat(written.names()).hasSameSizeAs(headers.names());
        assertThat(binary.getExtensionNames()).isEqualTo(event.getExtensionNames());
        assertThat(withoutSpace(binary.getData())).isEqualTo(withoutSpace(event.getData()));
    }

    private static String withoutSpace(EventData data) {
        return new String(data.toBytes(), StandardCharsets.UTF_8).replaceAll("\\s", "");
    }
}
