package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publishing and tailing as a user does it, with a broker behind. */
class WithMemoryBrokerTest {
    private static final Path EXAMPLES = Path.of("../../../shared/conformance/examples/spec-fenced");

    private final MemoryBroker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final Ingress ingress = new Ingress(
            HttpIngress.builder().topics(broker::sink).tails(broker::tail).build());

    @AfterEach
    void close() {
        ingress.close();
        broker.close().block(Ingress.PATIENCE);
    }

    private RawClient follow(String headers) {
        var client = ingress.raw();
        client.send("GET /topics/orders?limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
        return client;
    }

    private static WireEvent eventIn(String stream) {
        var data = stream.substring(stream.indexOf("data: ") + 6, stream.indexOf("}\n\n") + 1);
        var bytes = data.getBytes(StandardCharsets.ISO_8859_1);
        return new JsonEventFormat().read(bytes, 0, bytes.length);
    }

    @Test
    void showsAPublishedEventOnATailAndTheNextOneBehindItsCursor() {
        String cursor;
        try (var tail = follow("")) {
            tail.readUntil(":\n\n");
            publishOfOneKey("1");
            var stream = tail.readToEnd();
            cursor = stream.substring(stream.indexOf("id: ") + 4, stream.indexOf("\nevent"));
            assertThat(eventIn(stream).getId()).isEqualTo("1");
        }
        publishOfOneKey("2");
        publishOfOneKey("3");

        try (var tail = follow("Last-Event-ID: " + cursor + "\r\n")) {
            assertThat(eventIn(tail.readToEnd()).getId()).isEqualTo("2");
        }
    }

    private void publishOfOneKey(String id) {
        var answer = ingress.request("POST", "/topics/orders", Ingress.binary(id, "ce-partitionkey", "k"));
        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "json-format.01.json, json-format.02.txt",
        "json-format.05.json, json-format.06.txt",
        "json-format.07.json, json-format.08.txt",
        "json-format.09.json, json-format.10.txt"
    })
    void passesTheSpecificationsExamplesOnInAllThreeModes(String json, String http) throws IOException {
        assumeTrue(
                Files.isDirectory(EXAMPLES),
                "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository");
        var structured = Files.readString(EXAMPLES.resolve(json))
                .replace("... base64 encoded string ...", "Li4ucmF3IGJpbmFyeSBieXRlcy4uLg==");
        var binary = Files.readString(EXAMPLES.resolve(http)).split("\n\n", 2);
        var body = binary[1].strip();

        var fromStructured = passedOn("Content-Type: application/cloudevents+json", structured);
        var fromBatch = passedOn("Content-Type: application/cloudevents-batch+json", "[" + structured + "]");
        var fromBinary = passedOn(binary[0].strip().replace("\n", "\r\n"), body);

        assertThat(fromBatch).isEqualTo(fromStructured);
        assertThat(fromBinary.getId()).isEqualTo(fromStructured.getId());
        assertThat(fromBinary.getSource()).isEqualTo(fromStructured.getSource());
        assertThat(fromBinary.getType()).isEqualTo(fromStructured.getType());
        assertThat(fromBinary.getTime()).isEqualTo(fromStructured.getTime());
        assertThat(fromBinary.getExtensionNames()).isEqualTo(fromStructured.getExtensionNames());
    }

    private WireEvent passedOn(String headers, String body) {
        try (var tail = follow("");
                var publisher = ingress.raw()) {
            tail.readUntil(":\n\n");
            publisher.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n"
                    + headers + "\r\n\r\n" + body);
            assertThat(publisher.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202");
            return eventIn(tail.readToEnd());
        }
    }
}
