package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static dev.sluice.cloudevents.kafka.Samples.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The SDK's binding reads what ours writes and writes what ours reads, where the SDK keeps the specification. */
class SdkInteropTest {
    static Stream<WireEvent> events() {
        return Stream.of(
                minimal().build(),
                minimal().data(new byte[] {0, -1}).build(),
                minimal().data("application/json", bytes("{\"a\":1}")).build(),
                WireEvent.builder()
                        .id("é 100%")
                        .source("https://acme.example/a?b#c")
                        .type("com.acme.order")
                        .subject("Euro € 😀")
                        .time("2018-04-05T17:31:00+02:00")
                        .dataSchema("urn:a:b")
                        .extension("partitionkey", "a \"b\"")
                        .data("text/plain", bytes("x"))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("events")
    void sdkReadsWhatOursWrites(WireEvent event) {
        ProducerRecord<byte[], byte[]> written = KAFKA.encode("t", event, null);

        CloudEvent read = KafkaMessageFactory.createReader(written.headers(), written.value())
                .toEvent();

        assertThat(WireEvent.of(read)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void sdkReadsWhatOursWritesInStructuredMode(WireEvent event) {
        ProducerRecord<byte[], byte[]> written =
                KAFKA.withMode(ContentMode.STRUCTURED).encode("t", event, null);

        CloudEvent read = KafkaMessageFactory.createReader(written.headers(), written.value())
                .toEvent();

        assertThat(read.getId()).isEqualTo(event.getId());
        assertThat(read.getSource()).isEqualTo(event.getSource());
        assertThat(read.getSubject()).isEqualTo(event.getSubject());
        assertThat(read.getTime()).isEqualTo(event.getTime());
        assertThat(read.getExtensionNames()).isEqualTo(event.getExtensionNames());
    }

    @ParameterizedTest
    @MethodSource("events")
    void oursReadsWhatTheSdkWrites(WireEvent event) {
        CloudEvent foreign = CloudEventBuilder.v1(event).build();

        ProducerRecord<Void, byte[]> binary =
                KafkaMessageFactory.createWriter("t").writeBinary(foreign);

        assertThat(decode(binary.headers(), binary.value())).isEqualTo(event);
    }

    static Stream<WireEvent> eventsThatTheSdkWritesAsJson() {
        return events().filter(event -> event.getData() == null || event.getDataContentType() != null);
    }

    /** Of bytes without a content type the SDK makes what is no JSON. */
    @ParameterizedTest
    @MethodSource("eventsThatTheSdkWritesAsJson")
    void oursReadsWhatTheSdkWritesInStructuredMode(WireEvent event) {
        CloudEvent foreign = CloudEventBuilder.v1(event).build();

        ProducerRecord<Void, byte[]> structured =
                KafkaMessageFactory.createWriter("t").writeStructured(foreign, new JsonFormat());

        assertThat(decode(structured.headers(), structured.value())).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void bothReadTheSameFromTheSameRecord(WireEvent event) {
        ProducerRecord<byte[], byte[]> written = KAFKA.encode("t", event, null);

        CloudEvent sdk = KafkaMessageFactory.createReader(written.headers(), written.value())
                .toEvent();
        CloudEvent ours = decode(written);

        assertThat(ours.getId()).isEqualTo(sdk.getId());
        assertThat(ours.getSource()).isEqualTo(sdk.getSource());
        assertThat(ours.getType()).isEqualTo(sdk.getType());
        assertThat(ours.getSubject()).isEqualTo(sdk.getSubject());
        assertThat(ours.getTime()).isEqualTo(sdk.getTime());
        assertThat(ours.getDataSchema()).isEqualTo(sdk.getDataSchema());
        assertThat(ours.getDataContentType()).isEqualTo(sdk.getDataContentType());
        assertThat(ours.getExtensionNames()).isEqualTo(sdk.getExtensionNames());
        assertThat(ours.getData() == null).isEqualTo(sdk.getData() == null);
    }
}
