package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;

/** What must hold for any event and for any record. */
class RecordPropertiesTest {
    private static final KafkaRecords STRUCTURED = KAFKA.withMode(ContentMode.STRUCTURED);

    @Property(tries = 2_000)
    void anyEventSurvivesBothModes(@ForAll("events") WireEvent event) {
        assertThat(decode(KAFKA.encode("t", event, null))).isEqualTo(event);
        assertThat(decode(STRUCTURED.encode("t", event, null))).isEqualTo(event);
    }

    /** Headers have no types; JSON has. */
    @Property(tries = 200)
    void typesOfExtensionsSurviveStructuredModeAndBecomeTextInBinaryMode(@ForAll int number, @ForAll boolean truth) {
        WireEvent event = Samples.minimal()
                .extension("number", number)
                .extension("truth", truth)
                .build();

        assertThat(decode(STRUCTURED.encode("t", event, null))).isEqualTo(event);
        assertThat(decode(KAFKA.encode("t", event, null)))
                .isEqualTo(Samples.minimal()
                        .extension("number", "" + number)
                        .extension("truth", "" + truth)
                        .build());
    }

    @Property(tries = 3_000)
    void anyRecordIsAnEventOrIsKeptByteForByte(
            @ForAll("anyHeaders") List<Header> headers, @ForAll byte[] key, @ForAll("values") byte[] value) {
        Headers given = new RecordHeaders(headers);

        CloudEvent read = KAFKA.decode("orders", 0, 7, 0, key, given, value);

        assertThat(read.getId()).isNotEmpty();
        if (read instanceof RawEvent raw) {
            assertThat(raw.problem()).isNotEmpty();
            assertThat(raw.key()).isSameAs(key);
            assertThat(raw.value()).isSameAs(value);
            ProducerRecord<byte[], byte[]> written = KAFKA.encode("orders", raw, null);
            assertThat(written.headers()).containsExactlyInAnyOrderElementsOf(given);
            assertThat(written.value()).isSameAs(value);
        } else {
            assertThat(decode(KAFKA.encode("orders", read, null))).isEqualTo(read);
        }
    }

    /** Data is data: it may look like attributes, but never becomes one. */
    @Property(tries = 1_000)
    void noDataChangesAnAttribute(@ForAll("values") byte[] data, @ForAll("contentTypes") String type) {
        WireEvent event = Samples.minimal().data(type, data).build();

        for (KafkaRecords first : List.of(KAFKA, STRUCTURED)) {
            CloudEvent once = decode(first.encode("t", event, null));
            for (KafkaRecords second : List.of(KAFKA, STRUCTURED)) {
                CloudEvent twice = decode(second.encode("t", once, null));
                assertThat(twice.getId()).isEqualTo("1");
                assertThat(twice.getType()).isEqualTo("order");
                assertThat(twice.getExtensionNames()).isEmpty();
            }
        }
    }

    @Property(tries = 1_000)
    void sizeIsWhatTheProducerReckonsWith(
            @ForAll("anyHeaders") List<Header> headers, @ForAll byte[] key, @ForAll("values") byte[] value) {
        ProducerRecord<byte[], byte[]> written = new ProducerRecord<>("t", null, null, key, value, headers);

        assertThat(KafkaRecords.sizeOf(written))
                .isEqualTo(AbstractRecords.estimateSizeInBytesUpperBound(
                        RecordBatch.CURRENT_MAGIC_VALUE,
                        CompressionType.NONE,
                        key,
                        value,
                        written.headers().toArray()));
    }

    @Provide
    Arbitrary<WireEvent> events() {
        Arbitrary<String> optional = texts().injectNull(0.3);
        Arbitrary<byte[]> data = values().injectNull(0.2);
        Arbitrary<String> type = Arbitraries.of("text/plain", "application/octet-stream", "image/png; a=b");
        return Combinators.combine(texts(), texts(), optional, optional, data, type)
                .as((id, kind, subject, extension, bytes, mediaType) -> WireEvent.builder()
                        .id(id)
                        .source("/shop?%C3%BC#x")
                        .type(kind)
                        .subject(subject)
                        .time(subject == null ? null : "2018-04-05T17:31:00.5+02:00")
                        .dataSchema(extension == null ? null : "urn:a:b")
                        .extension("ext", extension)
                        .extension("x1", "")
                        .dataContentType(bytes == null ? null : mediaType)
                        .data(bytes)
                        .build());
    }

    @Provide
    Arbitrary<List<Header>> anyHeaders() {
        Arbitrary<String> names = Arbitraries.frequencyOf(
                Tuple.of(
                        6,
                        Arbitraries.of(
                                "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_ext")),
                Tuple.of(1, Arbitraries.of("content-type", "Content-Type", "ce_data", "ce_", "ce_A")),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(5)));
        Arbitrary<byte[]> values = Arbitraries.oneOf(
                Arbitraries.of(
                                "1.0",
                                "/s",
                                "x",
                                "2018-04-05T17:31:00Z",
                                "application/cloudevents+json",
                                "text/plain",
                                "")
                        .map(Samples::bytes),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(4),
                Arbitraries.just((byte[]) null));
        Arbitrary<Header> headers = Combinators.combine(names, values).as(RecordHeader::new);
        Arbitrary<List<Header>> some = headers.list().ofMaxSize(6);
        return Arbitraries.oneOf(some, some.map(RecordPropertiesTest::behindAnEvent));
    }

    private static List<Header> behindAnEvent(List<Header> more) {
        Headers headers = Samples.event();
        more.forEach(headers::add);
        return List.of(headers.toArray());
    }

    @Provide
    Arbitrary<byte[]> values() {
        return Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(20),
                Arbitraries.of(
                                "{},\"id\":\"evil\",\"type\":\"evil\"",
                                "1}",
                                "\"",
                                "{\"specversion\":\"1.0\",\"id\":\"evil\",\"source\":\"/e\",\"type\":\"evil\"}",
                                "null,\"evil\":true",
                                "{\"a\":[1,2]}",
                                "")
                        .map(Samples::bytes));
    }

    @Provide
    Arbitrary<String> contentTypes() {
        return Arbitraries.of(
                "application/json",
                "text/plain",
                "application/xml",
                "application/cloudevents+json",
                "application/cloudevents-batch+json",
                "Application/CloudEvents",
                "application/vnd.api+json; charset=utf-16",
                "application/octet-stream");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().all().ofMinLength(1).ofMaxLength(8),
                        Arbitraries.of("😀", "%41", "\"x\"", " lead", "trail ", "\ufffd", "é€\u2028"))
                .filter(RecordPropertiesTest::isText);
    }

    private static boolean isText(String text) {
        try {
            WireEvent.builder().id(text).source("/s").type("t").build();
            return true;
        } catch (InvalidEventException notOne) {
            return false;
        }
    }
}
