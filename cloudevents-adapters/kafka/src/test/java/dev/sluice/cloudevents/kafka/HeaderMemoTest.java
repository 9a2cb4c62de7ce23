package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.event;
import static dev.sluice.cloudevents.kafka.Samples.headers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What was read before never shows in what is read next. */
class HeaderMemoTest {
    private static final byte[] DATA = bytes("{}");
    private static final String LONG = "x".repeat(9 << 10);

    /** Values that attributes have, may have and must not have; null is a header without a value. */
    private static final List<byte[]> VALUES = values();

    private static final List<String> EXTRA =
            List.of("ce_dlreason", "ce_region", "ce_data", "ce_Bad", "trace", "Content-Type", "ce_id", "ce_type");

    private static List<byte[]> values() {
        var values = new ArrayList<byte[]>();
        for (var text : List.of("1", "2", "", "/shop", "a b", "é", "\ufffd", "\u0001", "1.0", "text/plain", LONG)) {
            values.add(bytes(text));
        }
        values.add(bytes("2018-04-05T17:31:00Z"));
        values.add(bytes("application/cloudevents+json"));
        values.add(bytes("https://acme.example/s"));
        values.add(new byte[] {(byte) 0xff, 'a'});
        values.add(null);
        return values;
    }

    /** A list of records, each a change to one before it, so that much is alike. */
    @Provide
    Arbitrary<List<List<Header>>> records() {
        return Arbitraries.randomValue(random -> {
            var records = new ArrayList<List<Header>>();
            records.add(List.of(first().toArray()));
            for (var i = 0; i < 40; i++) {
                records.add(changed(records.get(random.nextInt(records.size())), random));
            }
            return records;
        });
    }

    private static Headers first() {
        return event(
                "ce_subject", "s",
                "ce_time", "2018-04-05T17:31:00Z",
                "ce_dataschema", "https://acme.example/s",
                "content-type", "application/json",
                "ce_key", "k",
                "other", "o");
    }

    private static List<Header> changed(List<Header> from, Random random) {
        var headers = new ArrayList<>(from);
        for (var change = 0; change <= random.nextInt(3); change++) {
            var at = random.nextInt(headers.size());
            switch (random.nextInt(8)) {
                case 0 -> headers.add(at, header(EXTRA.get(random.nextInt(EXTRA.size())), value(random)));
                case 1 -> Collections.swap(headers, at, random.nextInt(headers.size()));
                case 2 -> headers.remove(at);
                default -> headers.set(at, header(headers.get(at).key(), value(random)));
            }
        }
        return headers;
    }

    private static byte[] value(Random random) {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    private static Header header(String name, byte[] value) {
        return new RecordHeader(name, value);
    }

    /** As the consumer gives them: views of one array, not looked at yet. */
    private static Headers fetched(List<Header> headers) {
        var fetched = new RecordHeaders();
        for (var header : headers) {
            var value = header.value();
            fetched.add(new RecordHeader(view(bytes(header.key())), value == null ? null : view(value)));
        }
        return fetched;
    }

    private static ByteBuffer view(byte[] bytes) {
        var batch = ByteBuffer.allocate(bytes.length + 16);
        batch.position(7);
        batch.put(bytes);
        batch.position(7);
        var view = batch.slice();
        view.limit(bytes.length);
        return view;
    }

    private static String told(CloudEvent event) {
        return event instanceof RawEvent raw
                ? raw.problem() + Samples.lines(raw)
                : event + " of " + WireEvent.sizeOf(event) + ", source " + event.getSource() + ", schema "
                        + event.getDataSchema() + ", " + event.getTime();
    }

    @Property(tries = 400)
    void readsEveryRecordAsIfItWereTheFirst(@ForAll("records") List<List<Header>> records) {
        var remembering = new KafkaRecords();
        for (var record : records) {
            var alone = Samples.decode(new KafkaRecords(), new RecordHeaders(record), DATA);

            var viewed = Samples.decode(remembering, fetched(record), DATA);
            var asked = Samples.decode(remembering, new RecordHeaders(record), DATA);

            assertThat(told(viewed)).isEqualTo(told(alone));
            assertThat(told(asked)).isEqualTo(told(alone));
            if (alone instanceof WireEvent) {
                assertThat(viewed).isEqualTo(alone);
                assertThat(asked).isEqualTo(alone);
            }
        }
    }

    @Property(tries = 300)
    void weighsHeadersAsTheyAre(@ForAll("records") List<List<Header>> records) {
        for (var record : records) {
            var expected = record.stream()
                    .mapToLong(header ->
                            5 + bytes(header.key()).length + (header.value() == null ? 0 : header.value().length))
                    .sum();

            assertThat(KafkaRecords.sizeOf(fetched(record), 5)).isEqualTo(expected);
            assertThat(KafkaRecords.sizeOf(new RecordHeaders(record), 5)).isEqualTo(expected);
        }
    }

    @Test
    void keepsWhatItReadWhenItsArrayIsWrittenToAfterwards() {
        var records = new KafkaRecords();
        var id = bytes("1");
        var type = bytes("order");
        var headers = headers("ce_specversion", "1.0", "ce_source", "/shop");
        headers.add("ce_id", id).add("ce_type", type);
        var first = Samples.decode(records, headers, DATA);

        type[0] = 'O';

        var second = Samples.decode(
                records,
                headers("ce_specversion", "1.0", "ce_source", "/shop", "ce_id", "1", "ce_type", "order"),
                DATA);
        var third = Samples.decode(records, headers, DATA);
        assertThat(first.getType()).isEqualTo("order");
        assertThat(second.getType()).isEqualTo("order");
        assertThat(third.getType()).isEqualTo("Order");
    }

    @Test
    void givesEveryRecordItsOwnData() {
        var records = new KafkaRecords();
        Samples.decode(records, event(), DATA);

        assertThat(Samples.decode(records, event(), null).getData()).isNull();
        assertThat(Samples.decode(records, event(), bytes("7")))
                .isEqualTo(Samples.minimal().data("7").build());
    }

    @Test
    void keepsTheOrderOfHeadersWhenOneHasAValueThatHadNone() {
        var records = new KafkaRecords();
        Samples.decode(records, event("ce_region", null, "ce_key", "k"), DATA);

        var next = Samples.decode(records, event("ce_region", "eu", "ce_key", "k"), DATA);

        assertThat(next.getExtensionNames()).containsExactly("region", "key");
    }

    @Test
    void sharesTheTextsOfWhatRepeats() {
        var records = new KafkaRecords();
        Samples.decode(records, event("ce_region", "eu"), DATA);
        var one =
                Samples.decode(records, fetched(List.of(event("ce_region", "eu").toArray())), DATA);
        var other =
                Samples.decode(records, fetched(List.of(event("ce_region", "eu").toArray())), DATA);

        assertThat(other.getType()).isSameAs(one.getType());
        assertThat(other.getSource()).isSameAs(one.getSource());
        assertThat(other.getExtension("region")).isSameAs(one.getExtension("region"));
    }

    @Test
    void followsRecordsOfAnotherKindThatHaveComeToStay() {
        var records = new KafkaRecords();
        Samples.decode(records, event(), DATA);
        var other = headers("ce_id", "1", "ce_specversion", "1.0", "ce_type", "bill", "ce_source", "/bills");
        for (var i = 0; i < 16; i++) {
            Samples.decode(records, other, DATA);
        }

        assertThat(Samples.decode(records, fetched(List.of(other.toArray())), DATA)
                        .getType())
                .isSameAs(Samples.decode(records, fetched(List.of(other.toArray())), DATA)
                        .getType());
    }

    /** Should a new version of Kafka end this, reading goes on, at three times the cost: it is to be known. */
    @Test
    void looksIntoTheHeadersOfThisVersionOfKafka() {
        assertThat(HeaderBytes.available()).isTrue();
    }
}
