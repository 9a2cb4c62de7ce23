package dev.sluice.cloudevents.kafka;

import static dev.sluice.cloudevents.kafka.Samples.KAFKA;
import static dev.sluice.cloudevents.kafka.Samples.bytes;
import static dev.sluice.cloudevents.kafka.Samples.decode;
import static dev.sluice.cloudevents.kafka.Samples.headers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import java.time.Instant;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Records that claim to be no event, and the event that stands for each. */
class PlainRecordTest {
    @Example
    void namesTheEventAsKnativesKafkaSourceDoes() {
        Headers headers = headers("X-App", "billing", "content-type", "application/json", "Trace_Id.1", "abc");

        assertThat(decode(headers, bytes("{}")))
                .isEqualTo(WireEvent.builder()
                        .id("partition:3/offset:42")
                        .source("/topics/orders")
                        .type("dev.knative.kafka.event")
                        .subject("partition:3#42")
                        .time("2018-04-05T03:56:24.123Z")
                        .extension("key", "mykey")
                        .extension("partitionkey", "mykey")
                        .extension("kafkaheaderxapp", "billing")
                        .extension("kafkaheadertraceid1", "abc")
                        .data("application/json", bytes("{}"))
                        .build());
    }

    @Example
    void makesAnEventOfARecordWithNothingInIt() {
        assertThat(KAFKA.decode("orders", 0, 0, -1, null, headers(), null))
                .isEqualTo(WireEvent.builder()
                        .id("partition:0/offset:0")
                        .source("/topics/orders")
                        .type("dev.knative.kafka.event")
                        .subject("partition:0#0")
                        .build());
    }

    @Example
    void keepsTheClockOf1970AndLeavesOutTimesThatAreNone() {
        assertThat(timeOf(0)).isEqualTo("1970-01-01T00:00:00.000Z");
        assertThat(timeOf(-1)).isNull();
        assertThat(timeOf(Long.MIN_VALUE)).isNull();
        assertThat(timeOf(MillisText.MAX)).isEqualTo("9999-12-31T23:59:59.999Z");
        assertThat(timeOf(MillisText.MAX + 1)).isNull();
        assertThat(timeOf(Long.MAX_VALUE)).isNull();
    }

    @Property(tries = 2_000)
    void writesAnyTimeAsTheJdkDoes(@ForAll @LongRange(min = 0, max = MillisText.MAX) long millis) {
        String text = timeOf(millis);

        assertThat(text).hasSize(24);
        assertThat(Instant.parse(text)).isEqualTo(Instant.ofEpochMilli(millis));
    }

    @Property(tries = 500)
    void writesTheDaysAroundTheEndsOfFebruaryAsTheJdkDoes(@ForAll @LongRange(min = 0, max = 8_029) long year) {
        Instant first = Instant.parse("%04d-02-27T23:59:59.999Z".formatted(1970 + year));
        for (int day = 0; day < 4; day++) {
            Instant time = first.plusSeconds(day * 86_400L);
            assertThat(timeOf(time.toEpochMilli())).isEqualTo(time.toString());
        }
    }

    @Example
    void leavesOutKeysAndHeadersThatNoAttributeCanHold() {
        Headers headers = headers("empty", "", "none", null, "control", "a\nb", "non", "\uffff", "---", "x");
        headers.add("bytes", new byte[] {-1}).add("long", bytes("x".repeat(8_193)));
        headers.add("n".repeat(64), bytes("x"));

        WireEvent event = (WireEvent) KAFKA.decode("orders", 0, 0, 0, new byte[] {-1, 0}, headers, null);

        assertThat(event.getExtensionNames()).isEmpty();
    }

    @Example
    void takesTheLastOfHeadersThatBecomeOneName() {
        WireEvent event = (WireEvent) decode(headers("X-App", "1", "x_app", "2", "xapp", "😀"), null);

        assertThat(event.getExtension("kafkaheaderxapp")).isEqualTo("😀");
    }

    @Example
    void takesNoMoreHeadersThanAnEventMayHaveExtensions() {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < 1_000; i++) {
            headers.add("h" + i, bytes("x"));
        }
        headers.add("h0", bytes("last"));

        WireEvent event = (WireEvent) decode(headers, null);

        assertThat(event.getExtensionNames()).hasSize(KafkaRecords.LIMITS.extensions());
        assertThat(event.getExtension("kafkaheaderh0")).isEqualTo("last");
    }

    @Example
    void leavesOutAContentTypeThatIsNone() {
        WireEvent event = (WireEvent) decode(headers("content-type", "json"), bytes("{}"));

        assertThat(event.getDataContentType()).isNull();
        assertThat(event.getExtensionNames()).containsExactlyInAnyOrder("key", "partitionkey");
        assertThat(decode(headers("content-type", ""), null)).isInstanceOf(WireEvent.class);
        assertThat(decode(new RecordHeaders().add("content-type", new byte[] {-1}), null))
                .isInstanceOf(WireEvent.class);
    }

    /** Such headers stand on what was put aside and published again; they claim nothing. */
    @Example
    void takesWhatTellsOfADeadLetterForExtensionsAndNotForAnEvent() {
        WireEvent event = (WireEvent) decode(headers("ce_dlredrives", "1", "ce_sluicehops", "2"), null);

        assertThat(event.getType()).isEqualTo("dev.knative.kafka.event");
        assertThat(event.getExtension("dlredrives")).isEqualTo("1");
        assertThat(event.getExtension("sluicehops")).isEqualTo("2");
    }

    @Example
    void keepsARecordOfATopicThatNoSourceCanNameRaw() {
        var event = KAFKA.decode("no topic%", 0, 0, 0, null, headers(), null);

        assertThat(event).isInstanceOf(RawEvent.class);
        assertThat(event.getSource()).hasToString("/topics/no+topic%25");
    }

    private static @Nullable String timeOf(long timestamp) {
        WireEvent event = (WireEvent) KAFKA.decode("orders", 0, 0, timestamp, null, headers(), null);
        return event.text("time");
    }
}
