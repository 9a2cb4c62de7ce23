package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The specification's own examples, each read, written, checked against its JSON schema, and read again. */
class SpecificationExamplesTest {
    private static final Path EXAMPLES = EventSchema.CONFORMANCE.resolve("examples/spec-fenced");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Examples that stand for something else: a placeholder instead of base64, comments, or elisions. */
    private static final Set<String> NOT_EVENTS = Set.of(
            "json-format.01.json", "json-format.13.json", "primer.01.json", "sequence.01.json", "sequence.02.json");

    @BeforeEach
    void needsTheConformanceData() {
        EventSchema.assumeConformanceData();
    }

    @Test
    void readsAndWritesEveryExampleOfAnEvent() throws IOException {
        EventSchema schema = new EventSchema();
        int events = 0;
        for (Path example : examples()) {
            byte[] json = Files.readAllBytes(example);
            WireEvent event = Samples.JSON.read(json, 0, json.length);
            byte[] written = Samples.JSON.write(event);

            assertThat(Samples.JSON.read(written, 0, written.length))
                    .as(example.toString())
                    .isEqualTo(event);
            schema.assertValid(written);
            assertSameMembers(MAPPER.readTree(json), MAPPER.readTree(written));
            events++;
        }
        assertThat(events).isGreaterThanOrEqualTo(16);
    }

    @Test
    void readsThePlaceholderOfBase64AsNone() throws IOException {
        byte[] json = Files.readAllBytes(EXAMPLES.resolve("json-format.01.json"));

        assertThatThrownBy(() -> Samples.JSON.read(json, 0, json.length))
                .hasMessage("data_base64 must be base64 (RFC 4648), with its padding");
    }

    @Test
    void readsTheEmptyBatch() throws IOException {
        byte[] json = Files.readAllBytes(EXAMPLES.resolve("json-format.14.json"));

        assertThat(Samples.JSON.readBatch(json, 0, json.length)).isEmpty();
    }

    @Test
    void readsTheBatchOnceItsPlaceholderIsBase64() throws IOException {
        String text = Files.readString(EXAMPLES.resolve("json-format.13.json"));
        byte[] json = text.replace("... base64 encoded string ...", "AAEC").getBytes(StandardCharsets.UTF_8);

        List<WireEvent> events = Samples.JSON.readBatch(json, 0, json.length);

        assertThat(events).extracting(WireEvent::getId).containsExactly("B234-1234-1234", "C234-1234-1234");
        assertThat(events.get(0).getData().toBytes()).containsExactly(0, 1, 2);
        assertThat(events.get(1).getExtension("comexampleothervalue")).isEqualTo(5);
    }

    @Test
    void emitsOnlyWhatTheSchemaAllows() throws IOException {
        EventSchema schema = new EventSchema();
        List<WireEvent> events = new ArrayList<>();
        for (String type : new String[] {"application/json", "text/plain", "image/png"}) {
            for (String data : new String[] {"", "{}", "null", "{},\"id\":7", "text"}) {
                events.add(Samples.minimal()
                        .data(type, data.getBytes(StandardCharsets.UTF_8))
                        .build());
            }
        }
        events.add(Samples.minimal().build());
        events.add(Samples.minimal()
                .extension("a", true)
                .extension("b", 5)
                .extension("c", "x")
                .build());
        events.add(Samples.minimal()
                .subject("ü")
                .time("2018-04-05T17:31:00Z")
                .dataSchema("urn:a:b")
                .build());

        for (WireEvent event : events) {
            schema.assertValid(Samples.JSON.write(event));
        }
        assertThat(schema.allows("{\"specversion\":\"1.0\"}")).isFalse();
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<Path> found = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                boolean json = file.toString().endsWith(".json")
                        && !NOT_EVENTS.contains(file.getFileName().toString());
                if (json && Files.readString(file).contains("\"specversion\"")) {
                    found.add(file);
                }
            }
            return found;
        }
    }

    /** Written are the same members with the same values, less the unset ones, and the type that data implied. */
    private static void assertSameMembers(JsonNode example, JsonNode written) {
        example.properties().forEach(member -> {
            if (!member.getValue().isNull()) {
                assertThat(written.get(member.getKey())).as(member.getKey()).isEqualTo(member.getValue());
            }
        });
        written.fieldNames().forEachRemaining(name -> assertThat(example.has(name) || name.equals("datacontenttype"))
                .as(name)
                .isTrue());
    }
}
