package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What must hold for any event and any bytes. */
class RoundTripTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonText TEXT = new JsonText(EventLimits.DEFAULT);

    @Property(tries = 600)
    void anyValidEventSurvivesTheJsonFormat(@ForAll("events") WireEvent event) throws Exception {
        byte[] written = Samples.JSON.write(event);
        WireEvent again = Samples.JSON.read(written, 0, written.length);

        assertThat(again).isEqualTo(stripped(event));
        assertThat(again.sizeBytes()).isEqualTo(stripped(event).sizeBytes());
        assertThat(Samples.JSON.read(Samples.JSON.write(again), 0, Samples.JSON.write(again).length))
                .isEqualTo(again);
    }

    @Property(tries = 60)
    void anyBatchSurvivesTheJsonFormat(@ForAll("batches") List<WireEvent> events) {
        byte[] written = Samples.JSON.writeBatch(events);

        assertThat(Samples.JSON.readBatch(written, 0, written.length))
                .isEqualTo(events.stream().map(RoundTripTest::stripped).toList());
    }

    /** Whatever a peer sends as data, the attributes that another one reads are those of the event. */
    @Property(tries = 2_000)
    void noDataOfAnyTypeEverChangesAnAttribute(
            @ForAll("hostileData") byte[] data, @ForAll("contentTypes") String contentType) throws Exception {
        WireEvent event = Samples.minimal()
                .subject("s")
                .extension("ext", 1)
                .data(contentType, data)
                .build();

        JsonNode written = MAPPER.readTree(Samples.JSON.write(event));

        assertThat(written.fieldNames())
                .toIterable()
                .filteredOn(name -> !name.startsWith("data"))
                .containsExactlyInAnyOrder("specversion", "id", "source", "type", "subject", "ext");
        assertThat(written.get("id").asText()).isEqualTo("1");
        assertThat(written.get("type").asText()).isEqualTo("com.acme.order");
        assertThat(written.get("subject").asText()).isEqualTo("s");
        byte[] bytes = Samples.JSON.write(event);
        assertThat(Samples.JSON.read(bytes, 0, bytes.length)).isEqualTo(stripped(event));
    }

    /** Any bytes at all are an event or a refusal, never another failure. */
    @Property(tries = 2_000)
    void anyBytesAreAnEventOrRefused(@ForAll("documents") byte[] bytes) {
        try {
            WireEvent event = Samples.JSON.read(bytes, 0, bytes.length);
            byte[] written = Samples.JSON.write(event);
            assertThat(Samples.JSON.read(written, 0, written.length)).isEqualTo(event);
        } catch (InvalidEventException refused) {
            assertThat(refused.getMessage())
                    .matches("[\\x20-\\x7e\\xa0-\\uffff]*")
                    .hasSizeLessThan(500);
        }
    }

    /** White space around a JSON value is no part of it, and does not survive inside another document. */
    private static WireEvent stripped(WireEvent event) {
        EventData data = event.getData();
        if (data == null || !MediaTypes.isJson(event.getDataContentType())) {
            return event;
        }
        byte[] bytes = data.toBytes();
        if (!TEXT.isValue(bytes, 0, bytes.length)) {
            return event;
        }
        int from = 0;
        int end = bytes.length;
        while (" \t\r\n".indexOf(bytes[from]) >= 0) {
            from++;
        }
        while (" \t\r\n".indexOf(bytes[end - 1]) >= 0) {
            end--;
        }
        return event.toBuilder().data(Arrays.copyOfRange(bytes, from, end)).build();
    }

    @Provide
    Arbitrary<List<WireEvent>> batches() {
        return AnyEvent.events().list().ofMaxSize(5);
    }

    @Provide
    Arbitrary<WireEvent> events() {
        return AnyEvent.events();
    }

    @Provide
    Arbitrary<String> contentTypes() {
        return Arbitraries.of(
                        "application/json",
                        "text/plain",
                        "application/xml",
                        "application/octet-stream",
                        "application/cloudevents+json",
                        "text/plain; charset=utf-16",
                        "image/svg+xml")
                .injectNull(0.1);
    }

    @Provide
    Arbitrary<byte[]> hostileData() {
        return AnyEvent.hostileData();
    }

    @Provide
    Arbitrary<byte[]> documents() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "\"specversion\":\"1.0\"",
                        "\"id\":\"1\"",
                        "\"source\":\"/s\"",
                        "\"type\":\"t\"",
                        ",",
                        ",",
                        "[",
                        "]",
                        "\"data\":",
                        "\"data_base64\":\"",
                        "\"",
                        "null",
                        "\"x\":",
                        "1",
                        "\\u0000",
                        "\ud83d\ude00",
                        "e30=",
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"")
                .list()
                .ofMaxSize(14)
                .map(parts -> String.join("", parts).getBytes(StandardCharsets.UTF_8));
    }
}
