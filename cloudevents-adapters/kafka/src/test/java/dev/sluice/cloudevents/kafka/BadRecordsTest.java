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
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that claim to be events and are not valid. */
class BadRecordsTest {
    static Stream<Arguments> headersMore() {
        return Stream.of(
                arguments("ce_id", "2", "id must not be given twice"),
                arguments("ce_specversion", "1.0", "specversion must not be given twice"),
                arguments("ce_ext", "", null),
                arguments("ce_subject", "", "subject must not be empty"),
                arguments("ce_subject", "a\nb", "subject \"a\\u000ab\" must not hold control characters"),
                arguments("ce_subject", "\uffff", "subject \"\\uffff\" must not hold control characters"),
                arguments("ce_time", "now", "time \"now\" must be a timestamp"),
                arguments("ce_time", "2018-04-05T17:31Z", "time \"2018-04-05T17:31Z\" must be a timestamp"),
                arguments("ce_dataschema", "x", "dataschema \"x\" must be an absolute URI"),
                arguments("ce_dataschema", "", "dataschema must not be empty"),
                arguments("ce_data", "x", "data must not be a header of its own"),
                arguments("ce_datacontenttype", "text/plain", "datacontenttype must not be a header of its own"),
                arguments("ce_", "x", " is no attribute name"),
                arguments("ce_Ext", "x", "Ext is no attribute name"),
                arguments("ce_my-ext", "x", "my-ext is no attribute name"),
                arguments("ce_my_ext", "x", "my_ext is no attribute name"),
                arguments("ce_" + "e".repeat(65), "x", "e".repeat(64) + "... must not be longer than 64 characters"),
                arguments("ce_ext", "x".repeat(8193), "ext must not be longer than 8192 bytes"),
                arguments("content-type", "json", "datacontenttype \"json\" must be a media type"),
                arguments("content-type", "x".repeat(8193), "datacontenttype must not be longer than 8192 bytes"));
    }

    @ParameterizedTest
    @MethodSource("headersMore")
    void namesAttributeAndRuleOfABadHeader(String name, String value, String problem) {
        var read = decode(event(name, value), null);

        if (problem == null) {
            assertThat(read).isInstanceOf(WireEvent.class);
        } else {
            assertThat(raw(read).problem()).startsWith(problem);
        }
    }

    static Stream<Arguments> headersInstead() {
        return Stream.of(
                arguments("ce_specversion", null, "specversion is required"),
                arguments("ce_specversion", "", "specversion \"\" must be 1.0"),
                arguments("ce_specversion", "0.3", "specversion \"0.3\" must be 1.0"),
                arguments("ce_id", null, "id is required"),
                arguments("ce_id", "", "id must not be empty"),
                arguments("ce_type", null, "type is required"),
                arguments("ce_source", null, "source is required"),
                arguments("ce_source", "a b", "source \"a b\" must be a URI-reference"));
    }

    @ParameterizedTest
    @MethodSource("headersInstead")
    void namesAttributeAndRuleOfABadRequiredAttribute(String name, String value, String problem) {
        Headers headers = event().remove(name).add(name, value == null ? null : bytes(value));

        assertThat(raw(decode(headers, null)).problem()).startsWith(problem);
    }

    @ParameterizedTest
    @MethodSource("headersInstead")
    void namesARequiredAttributeThatIsNotThere(String name, String value, String problem) {
        assertThat(raw(decode(event().remove(name), null)).problem()).isEqualTo(name.substring(3) + " is required");
    }

    static Stream<Arguments> notUtf8() {
        return Stream.of(
                arguments("ce_id", new byte[] {-1}, "id must not be given twice"),
                arguments("ce_subject", new byte[] {-1}, "subject must be UTF-8"),
                arguments("ce_subject", new byte[] {'a', (byte) 0xc0, (byte) 0xa0}, "subject must be UTF-8"),
                arguments("ce_ext", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, "ext must be UTF-8"),
                arguments("ce_ext", new byte[] {(byte) 0xe2, (byte) 0x82}, "ext must be UTF-8"),
                arguments("content-type", new byte[] {-1}, "datacontenttype must be UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void keepsWhatIsNoUtf8Raw(String name, byte[] value, String problem) {
        RawEvent raw = raw(decode(event().add(name, value), null));

        assertThat(raw.problem()).isEqualTo(problem);
        assertThat(raw.headers().get(4).value()).isEqualTo(value);
    }

    @Test
    void readsTheReplacementCharacterWhereItIsMeant() {
        assertThat(decode(event("ce_ext", "a\ufffdb"), null))
                .isEqualTo(minimal().extension("ext", "a\ufffdb").build());
    }

    @Test
    void keepsARecordWithTwoContentTypesRaw() {
        assertThat(raw(decode(event("content-type", "text/plain", "Content-Type", "text/html"), null))
                        .problem())
                .isEqualTo("datacontenttype must not be given twice");
        assertThat(raw(decode(
                                headers("content-type", "text/plain", "content-type", "application/cloudevents+json"),
                                bytes("{}")))
                        .problem())
                .isEqualTo("datacontenttype must not be given twice");
    }

    @Test
    void keepsKeyHeadersAndValueByteForByte() {
        byte[] key = {-1, 0};
        byte[] value = {-2, 1};
        Headers headers = headers("a", null, "ce_id", "1", "a", "x", "b", "");

        RawEvent raw = raw(KAFKA.decode("orders", 3, 42, -1, key, headers, value));

        assertThat(raw.key()).isEqualTo(key);
        assertThat(raw.value()).isEqualTo(value);
        assertThat(lines(raw)).containsExactly("a=null", "ce_id=1", "a=x", "b=");
        assertThat(raw.getSource()).hasToString("/topics/orders");
        assertThat(raw.getId()).isEqualTo("3-42");
    }

    @Test
    void refusesRecordsOverTheLimitOfSizeWhateverTheyAre() {
        byte[] value = new byte[20 << 20];

        assertThat(raw(decode(event(), value)).problem()).startsWith("event must not be larger than 1114112 bytes");
        assertThat(raw(decode(headers(), value)).problem()).startsWith("event must not be larger than 1114112 bytes");
        assertThat(raw(decode(headers("content-type", "application/cloudevents+json"), value))
                        .problem())
                .startsWith("event must not be larger than ");
    }

    @Test
    void heedsLimitsOfItsOwn() {
        KafkaRecords small = KAFKA.withLimits(EventLimits.DEFAULT.withEventBytes(100));

        assertThat(decode(small, event(), new byte[10])).isInstanceOf(WireEvent.class);
        assertThat(raw(decode(small, event(), new byte[100])).problem())
                .startsWith("event must not be larger than 100 bytes");
    }

    /** As many attributes as fit into a megabyte of headers: the reader stops to care after the first too many. */
    @Test
    void keepsAMegabyteOfHeadersRaw() {
        Headers headers = event();
        for (int i = 0; i < 100_000; i++) {
            headers.add("ce_e" + i, bytes("x"));
        }

        RawEvent raw = Assertions.assertTimeout(Duration.ofSeconds(5), () -> raw(decode(headers, null)));

        assertThat(raw.problem()).isEqualTo("event must not have more than 160 extensions");
        assertThat(raw.headers()).hasSize(100_004);
    }

    @Test
    void keepsOneHeaderOfAMegabyteRaw() {
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 'x');

        assertThat(raw(decode(event().add("ce_ext", value), null)).problem())
                .isEqualTo("ext must not be longer than 8192 bytes");
        assertThat(decode(event().add("other", value), null)).isInstanceOf(WireEvent.class);
        assertThat(decode(new RecordHeaders().add("other", value), null)).isInstanceOf(WireEvent.class);
    }

    @Test
    void readsADeadLetterOfTheLargestEvent() {
        WireEvent.Builder letter = minimal();
        for (int i = 0; i < EventLimits.DEFAULT.extensions(); i++) {
            letter.extension("e" + i, "x");
        }
        int size = letter.build().sizeBytes();
        letter.data(new byte[EventLimits.DEFAULT.eventBytes() - size]);
        for (String mark : new String[] {"dlreason", "dlerror", "dlfunction", "dltrigger", "dltopic", "sluicehops"}) {
            letter.extension(mark, "x".repeat(600));
        }
        WireEvent dead = letter.build();

        assertThat(decode(KAFKA.encode("orders.dlq", dead, null))).isEqualTo(dead);
    }
}
