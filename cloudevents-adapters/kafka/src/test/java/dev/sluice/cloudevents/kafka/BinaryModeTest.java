package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static dev.sluice.cloudevents.kafka.Samples.event;
import static dev.sluice.cloudevents.kafka.Samples.headers;
import static dev.sluice.cloudevents.kafka.Samples.lines;
import static dev.sluice.cloudevents.kafka.Samples.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events in headers, as the Kafka binding's section 3.2 has them. */
class BinaryModeTest {
    private static final Path EXAMPLE =
            Path.of("../../../shared/conformance/examples/spec-fenced/kafka-protocol-binding.01.text");
    private static final Pattern EXAMPLE_HEADER = Pattern.compile("(ce_[a-z]+|content-type): \"?([^\"\\n]*)\"?");

    /** Every attribute of the specification, two extensions, and data that is no text. */
    private static final WireEvent FULL = WireEvent.builder()
            .id("1234-1234-1234")
            .source("/mycontext/subcontext")
            .type("com.example.someevent")
            .subject("Euro € 😀 100%25")
            .time("2018-04-05T03:56:24Z")
            .dataSchema("urn:a:b")
            .extension("partitionkey", "customer \"42\"")
            .extension("priority", "3")
            .data("application/avro", new byte[] {0, -1, 13, 10})
            .build();

    private static final String[] FULL_HEADERS = {
        "ce_specversion", "1.0",
        "ce_id", "1234-1234-1234",
        "ce_source", "/mycontext/subcontext",
        "ce_type", "com.example.someevent",
        "ce_subject", "Euro € 😀 100%25",
        "ce_time", "2018-04-05T03:56:24Z",
        "ce_dataschema", "urn:a:b",
        "ce_partitionkey", "customer \"42\"",
        "ce_priority", "3",
        "content-type", "application/avro"
    };

    @Test
    void readsEveryAttributeAsItStands() {
        byte[] value = {0, -1, 13, 10};

        WireEvent read = (WireEvent) decode(headers(FULL_HEADERS), value);

        assertThat(read).isEqualTo(FULL);
        assertThat(read.getData().toBytes()).isSameAs(value);
    }

    @Test
    void writesEveryAttributeAsItStands() {
        ProducerRecord<byte[], byte[]> written = KAFKA.encode("orders", FULL, "mykey");

        assertThat(lines(written.headers())).isEqualTo(lines(headers(FULL_HEADERS)));
        assertThat(written.topic()).isEqualTo("orders");
        assertThat(written.partition()).isNull();
        assertThat(written.timestamp()).isNull();
        assertThat(written.key()).isEqualTo(bytes("mykey"));
        assertThat(written.value()).isEqualTo(new byte[] {0, -1, 13, 10});
    }

    @Test
    void readsTheSpecificationsExample() throws IOException {
        assumeTrue(
                Files.isRegularFile(EXAMPLE),
                "skipped: the CloudEvents conformance data is not at ../shared/conformance beside the repository");
        Headers headers = new RecordHeaders();
        EXAMPLE_HEADER
                .matcher(Files.readString(EXAMPLE))
                .results()
                .forEach(header -> headers.add(header.group(1), bytes(header.group(2))));

        assertThat(decode(headers, bytes("avro")))
                .isEqualTo(WireEvent.builder()
                        .id("1234-1234-1234")
                        .source("/mycontext/subcontext")
                        .type("com.example.someevent")
                        .time("2018-04-05T03:56:24Z")
                        .data("application/avro", bytes("avro"))
                        .build());
    }

    @Test
    void readsHeadersThatStillAreBuffersOfAFetch() {
        Headers buffers = new RecordHeaders();
        headers(FULL_HEADERS)
                .forEach(header -> buffers.add(
                        new RecordHeader(ByteBuffer.wrap(bytes(header.key())), ByteBuffer.wrap(header.value()))));

        assertThat(decode(buffers, new byte[] {0, -1, 13, 10})).isEqualTo(FULL);
    }

    @Test
    void readsConsumerRecords() {
        ConsumerRecord<byte[], byte[]> consumed = new ConsumerRecord<>(
                "orders", 1, 2, 3, TimestampType.CREATE_TIME, -1, -1, null, null, event(), Optional.empty());

        assertThat(KAFKA.decode(consumed)).isEqualTo(minimal().build());
    }

    @Test
    void takesNoValueForNoDataAndAnEmptyValueForEmptyData() {
        WireEvent without = (WireEvent) decode(event("content-type", "application/json"), null);
        WireEvent empty = (WireEvent) decode(event(), new byte[0]);

        assertThat(without.getData()).isNull();
        assertThat(without.getDataContentType()).isEqualTo("application/json");
        assertThat(KAFKA.encode("orders", without, null).value()).isNull();
        assertThat(empty.getData().toBytes()).isEmpty();
        assertThat(KAFKA.encode("orders", empty, null).value()).isEmpty();
    }

    @Test
    void takesAHeaderWithoutAValueForAnAttributeThatIsNotSet() {
        assertThat(decode(event("ce_subject", null, "ce_ext", null, "content-type", null), null))
                .isEqualTo(minimal().build());
    }

    @Test
    void ignoresOtherHeaders() {
        Headers headers = event("ce-id", "2", "CE_id", "3", "id", "4", "trace", null);
        headers.add("bytes", new byte[] {-1});

        assertThat(decode(headers, null)).isEqualTo(minimal().build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-type", "Content-Type", "CONTENT-TYPE"})
    void takesTheContentTypeInAnyCase(String name) {
        assertThat(decode(event(name, "text/plain"), bytes("x")))
                .isEqualTo(minimal().data("text/plain", bytes("x")).build());
    }

    @Test
    void writesEventsOfOtherMakers() {
        ProducerRecord<byte[], byte[]> written = KAFKA.encode(
                "orders",
                CloudEventBuilder.v1()
                        .withId("1")
                        .withSource(URI.create("/shop"))
                        .withType("order")
                        .withTime(OffsetDateTime.parse("2018-04-05T17:31:00+02:00"))
                        .withExtension("count", 3)
                        .withExtension("big", true)
                        .build(),
                null);

        assertThat(lines(written.headers()))
                .containsExactlyInAnyOrder(
                        "ce_specversion=1.0",
                        "ce_id=1",
                        "ce_source=/shop",
                        "ce_type=order",
                        "ce_time=2018-04-05T17:31:00+02:00",
                        "ce_count=3",
                        "ce_big=true");
    }
}
