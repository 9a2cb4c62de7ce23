package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWriteTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void writesEveryAttributeOnce() {
        WireEvent event = Samples.minimal()
                .subject("s\"\\€😀 s")
                .time("2018-04-05T17:31:00.10Z")
                .dataSchema("https://acme.com/o.json")
                .extension("t", true)
                .extension("n", -5)
                .extension("x", "5")
                .data("application/json", "{ \"a\": 1.10 }".getBytes(StandardCharsets.UTF_8))
                .build();

        assertThat(Samples.write(event))
                .isEqualTo("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"com.acme.order\","
                        + "\"subject\":\"s\\\"\\\\€😀 s\",\"time\":\"2018-04-05T17:31:00.10Z\","
                        + "\"dataschema\":\"https://acme.com/o.json\",\"datacontenttype\":\"application/json\","
                        + "\"t\":true,\"n\":-5,\"x\":\"5\",\"data\":{ \"a\": 1.10 }}");
    }

    /** Data that closes the envelope and opens another one is the attack; each must end up as base64. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{},\"id\":\"evil\",\"type\":\"evil\"",
                "null}{\"id\":\"evil\"",
                "1,\"id\":\"evil\"",
                "\"a\",\"id\":\"evil\"",
                "} ,",
                "",
                " ",
                "{}{}",
                "1 2",
                "// {}",
                "{\"a\":NaN}",
                "\"unclosed",
                "nul",
                "not json"
            })
    void neverLetsInvalidJsonDataIntoTheEnvelope(String data) throws Exception {
        WireEvent event = Samples.minimal()
                .data("application/json", data.getBytes(StandardCharsets.UTF_8))
                .build();

        JsonNode written = MAPPER.readTree(Samples.JSON.write(event));

        assertThat(written.get("id").asText()).isEqualTo("1");
        assertThat(written.has("data")).isFalse();
        assertThat(Base64.getDecoder().decode(written.get("data_base64").asText()))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(data);
        assertThat(Samples.read(Samples.write(event))).isEqualTo(event);
    }

    @Test
    void writesJsonThatReadersWouldRefuseAsBase64() {
        String deep = "[".repeat(65) + "]".repeat(65);
        String long1001 = "9".repeat(1001);
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16);
        byte[] overlong = {'"', (byte) 0xc0, (byte) 0xa2, '"'};
        for (byte[] data : List.of(
                deep.getBytes(StandardCharsets.UTF_8), long1001.getBytes(StandardCharsets.UTF_8), utf16, overlong)) {
            WireEvent event = Samples.minimal().data("application/json", data).build();

            assertThat(Samples.write(event)).contains("data_base64").doesNotContain("\"data\"");
            assertThat(Samples.read(Samples.write(event))).isEqualTo(event);
        }
    }

    @Test
    void writesTextAsAStringAndOtherBytesAsBase64() {
        byte[] text = "a\"b\\c\n\r\t\u0001ü€😀".getBytes(StandardCharsets.UTF_8);
        byte[] latin = {(byte) 0xfc};

        assertThat(Samples.write(Samples.minimal().data("text/plain", text).build()))
                .endsWith(",\"data\":\"a\\\"b\\\\c\\n\\r\\t\\u0001ü€😀\"}");
        assertThat(Samples.write(Samples.minimal().data("application/xml", text).build()))
                .contains("\"data\":");
        assertThat(Samples.write(Samples.minimal().data("text/plain", latin).build()))
                .endsWith("\"data_base64\":\"/A==\"}");
        assertThat(Samples.write(Samples.minimal()
                        .data("text/plain; charset=iso-8859-1", text)
                        .build()))
                .contains("data_base64");
        assertThat(Samples.write(
                        Samples.minimal().data("application/octet-stream", text).build()))
                .contains("data_base64");
        assertThat(Samples.write(Samples.minimal().data(null, text).build())).contains("data_base64");
    }

    @Test
    void writesForeignEventsOnlyWhenTheyAreValid() throws Exception {
        var sdk = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/shop"))
                .withType("com.acme.order");

        assertThat(MAPPER.readTree(Samples.JSON.write(sdk.build())))
                .isEqualTo(MAPPER.readTree(Samples.write(Samples.minimal().build())));
        assertThatThrownBy(() -> Samples.JSON.write(CloudEventBuilder.v1(sdk.build())
                        .withExtension("data", "x")
                        .build()))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void writesABatchAndNamesTheIndexOfABadEvent() {
        WireEvent one =
                Samples.minimal().data("application/json", new byte[] {'1'}).build();
        WireEvent two = one.toBuilder().id("2").withoutData().build();
        byte[] batch = Samples.JSON.writeBatch(List.of(one, two));

        assertThat(Samples.JSON.readBatch(batch, 0, batch.length)).containsExactly(one, two);
        assertThat(Samples.JSON.writeBatch(List.of()))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[]");
        var bad = CloudEventBuilder.v1(one).withType("a\nb").build();
        assertThatThrownBy(() -> Samples.JSON.writeBatch(List.of(one, two, bad)))
                .hasMessageStartingWith("event 2: type");
    }

    @Test
    void growsForEventsThatAreLargerThanTheyLook() {
        WireEvent event = Samples.minimal()
                .data("text/plain", "\u0001".repeat(10_000).getBytes(StandardCharsets.UTF_8))
                .subject("\"".repeat(5_000))
                .extension("x", "ü\"".repeat(2_000))
                .build();

        assertThat(Samples.read(Samples.write(event))).isEqualTo(event);
    }
}
