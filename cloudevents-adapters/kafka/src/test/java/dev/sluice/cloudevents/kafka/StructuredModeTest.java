package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static dev.sluice.cloudevents.kafka.Samples.event;
import static dev.sluice.cloudevents.kafka.Samples.headers;
import static dev.sluice.cloudevents.kafka.Samples.lines;
import static dev.sluice.cloudevents.kafka.Samples.minimal;
import static dev.sluice.cloudevents.kafka.Samples.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events whole in the value, as the Kafka binding's section 3.3 has them. */
class StructuredModeTest {
    private static final String JSON =
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"order\",\"priority\":3}";
    private static final WireEvent EVENT = minimal().extension("priority", 3).build();
    private static final KafkaRecords STRUCTURED = new KafkaRecords().withMode(ContentMode.STRUCTURED);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "application/cloudevents+json; charset=UTF-8",
                "application/cloudevents+json ; x=y",
                "Application/CloudEvents+JSON"
            })
    void readsJsonByItsContentTypeInAnyCaseWithParameters(String contentType) {
        assertThat(decode(headers("content-type", contentType), bytes(JSON))).isEqualTo(EVENT);
    }

    @Test
    void readsTheSpecificationsExample() {
        String json = """
                {
                    "specversion" : "1.0",
                    "type" : "com.example.someevent",
                    "source" : "/mycontext/subcontext",
                    "id" : "1234-1234-1234",
                    "time" : "2018-04-05T03:56:24Z",
                    "datacontenttype" : "application/xml",
                    "data" : "<a/>"
                }
                """;

        assertThat(decode(headers("content-type", "application/cloudevents+json; charset=UTF-8"), bytes(json)))
                .isEqualTo(WireEvent.builder()
                        .id("1234-1234-1234")
                        .source("/mycontext/subcontext")
                        .type("com.example.someevent")
                        .time("2018-04-05T03:56:24Z")
                        .data("application/xml", bytes("<a/>"))
                        .build());
    }

    @Test
    void letsTheValueWinOverWhateverHeadersRepeat() {
        assertThat(decode(event("ce_id", "2", "content-type", "application/cloudevents+json"), bytes(JSON)))
                .isEqualTo(EVENT);
        assertThat(decode(
                        headers("ce_id", "2", "ce_Bad-Name", "x", "content-type", "application/cloudevents+json"),
                        bytes(JSON)))
                .isEqualTo(EVENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/cloudevents|content-type \"application/cloudevents\" is no known format of one event",
                "application/cloudevents+avro|content-type \"application/cloudevents+avro\" is no known format of one",
                "application/cloudevents-batch+json|content-type \"application/cloudevents-batch+json\" is no known"
            })
    void keepsOtherFormatsRaw(String contentType, String problem) {
        assertThat(raw(decode(headers("content-type", contentType), bytes("[]")))
                        .problem())
                .startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{|event must be JSON, and is not at byte",
                "[]|event must be a JSON object",
                "``|event must be a JSON object",
                "{\"specversion\":\"1.0\"}|id is required",
                "{\"specversion\":\"0.3\"}|specversion \"0.3\" must be 1.0",
                "{\"id\":\"1\",\"id\":\"2\"}|id must not be given twice"
            })
    void keepsBrokenJsonRaw(String json, String problem) {
        assertThat(raw(decode(headers("content-type", "application/cloudevents+json"), bytes(json)))
                        .problem())
                .startsWith(problem);
    }

    @Test
    void keepsAnEventWithoutItsValueRaw() {
        assertThat(raw(decode(headers("content-type", "application/cloudevents+json"), null))
                        .problem())
                .isEqualTo("event must be a JSON object, and the record has no value");
        assertThat(raw(decode(headers("content-type", "application/cloudevents+json"), new byte[] {'"', -1, '"'}))
                        .problem())
                .isEqualTo("event must be UTF-8");
    }

    @Test
    void writesAllOfTheEventIntoTheValue() {
        ProducerRecord<byte[], byte[]> written = STRUCTURED.encode("orders", EVENT, "k");

        assertThat(lines(written.headers())).containsExactly("content-type=application/cloudevents+json");
        assertThat(written.key()).isEqualTo(bytes("k"));
        assertThat(decode(written)).isEqualTo(EVENT);
    }

    @Test
    void writesAnEventWithoutDataAsAValueToo() {
        assertThat(STRUCTURED.encode("orders", EVENT, null).value()).isNotNull();
    }

    /** The limit is the event's own size, which JSON can multiply. */
    @ParameterizedTest
    @CsvSource({"application/octet-stream,-1", "text/plain,1", "application/json,32"})
    void readsTheLargestEventWhateverJsonMakesOfIt(String type, byte fill) {
        byte[] data = new byte[KafkaRecords.LIMITS.eventBytes() - 100];
        Arrays.fill(data, fill);
        WireEvent largest = minimal().data(type, data).build();

        assertThat(decode(STRUCTURED.encode("orders", largest, null))).isEqualTo(largest);
        assertThat(raw(decode(STRUCTURED.encode(
                                "orders",
                                minimal()
                                        .data(type, new byte[data.length + 100])
                                        .build(),
                                null)))
                        .problem())
                .startsWith("event must not be larger than 1114112 bytes, and has 1114");
    }

    /** In binary mode its content type would say that the data is the event. */
    @ParameterizedTest
    @ValueSource(
            strings = {"application/cloudevents+json", "Application/CloudEvents-batch+json", "application/cloudevents"})
    void neverTakesAnEventInTheDataForTheEvent(String type) {
        WireEvent outer = minimal()
                .data(type, bytes(JSON.replace("\"id\":\"1\"", "\"id\":\"evil\"")))
                .build();

        ProducerRecord<byte[], byte[]> written = KAFKA.encode("orders", outer, null);

        assertThat(decode(written)).isEqualTo(outer);
        assertThat(lines(written.headers())).containsExactly("content-type=application/cloudevents+json");
        assertThat(new String(written.value(), StandardCharsets.UTF_8)).contains("\"id\":\"1\"");
    }
}
