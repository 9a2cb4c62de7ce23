package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.data.PojoCloudEventData;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class WireEventTest {
    private static final CloudEvent FOREIGN = CloudEventBuilder.v1()
            .withId("7")
            .withSource(URI.create("/shop"))
            .withType("com.acme.order")
            .withSubject("o-7")
            .withTime(OffsetDateTime.parse("2018-04-05T17:31:00+02:00"))
            .withDataSchema(URI.create("https://acme.com/order.json"))
            .withData("application/json", "{}".getBytes(StandardCharsets.UTF_8))
            .withExtension("number", 5)
            .withExtension("flag", true)
            .withExtension("text", "x")
            .withExtension("uri", URI.create("/u"))
            .withExtension("moment", OffsetDateTime.parse("2018-04-05T17:31:00Z"))
            .build();

    @Test
    void isTheSameEventAsTheSdksWhenCopiedFromIt() {
        WireEvent event = WireEvent.of(FOREIGN);

        assertThat(event.getSpecVersion()).isEqualTo(SpecVersion.V1);
        for (String name : FOREIGN.getAttributeNames()) {
            assertThat(event.getAttribute(name)).as(name).isEqualTo(FOREIGN.getAttribute(name));
        }
        assertThat(event.getAttributeNames()).isEqualTo(FOREIGN.getAttributeNames());
        assertThat(event.getExtensionNames()).isEqualTo(FOREIGN.getExtensionNames());
        assertThat(event.getExtension("number")).isEqualTo(5);
        assertThat(event.getExtension("flag")).isEqualTo(true);
        assertThat(event.getExtension("uri")).isEqualTo("/u");
        assertThat(event.getExtension("moment")).isEqualTo("2018-04-05T17:31:00Z");
        assertThat(event.getData().toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("{}");
        assertThat(WireEvent.of(event)).isSameAs(event);
    }

    @Test
    void isTheSameEventWhenTheSdkCopiesIt() {
        WireEvent event = Samples.minimal()
                .time("2018-04-05T17:31:00Z")
                .extension("number", 5)
                .data("text/plain", "hello".getBytes(StandardCharsets.UTF_8))
                .build();

        CloudEvent copy = CloudEventBuilder.v1(event).withExtension("more", "x").build();

        assertThat(copy.getTime()).isEqualTo(event.getTime());
        assertThat(copy.getExtension("number")).isEqualTo(5);
        assertThat(WireEvent.of(copy)).isEqualTo(event.with("more", "x"));
    }

    @Test
    void refusesForeignEventsThatBreakARule() {
        assertThatThrownBy(() -> WireEvent.of(
                        CloudEventBuilder.from(FOREIGN).withType("a\nb").build()))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith("type \"a\\u000ab\"");
        assertThatThrownBy(() -> WireEvent.of(CloudEventBuilder.from(FOREIGN)
                        .withExtension("big", 1L << 40)
                        .build()))
                .isInstanceOf(InvalidEventException.class);
        assertThatThrownBy(() -> WireEvent.of(CloudEventBuilder.v03(FOREIGN).build()))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("specversion \"0.3\" must be 1.0");
    }

    @Test
    void readsForeignDataOnce() {
        int[] calls = {0};
        CloudEvent pojo = CloudEventBuilder.from(FOREIGN)
                .withData(PojoCloudEventData.wrap("x", text -> {
                    calls[0]++;
                    return text.getBytes(StandardCharsets.UTF_8);
                }))
                .build();

        WireEvent event = WireEvent.of(pojo);

        assertThat(event.getData().toBytes()).isSameAs(event.getData().toBytes());
        assertThat(calls[0]).isEqualTo(1);
    }

    @Test
    void givesTheCanonicalTextOfEveryAttribute() {
        WireEvent event = WireEvent.of(FOREIGN);

        for (CloudEvent either : new CloudEvent[] {event, FOREIGN}) {
            assertThat(WireEvent.textOf(either, "id")).isEqualTo("7");
            assertThat(WireEvent.textOf(either, "source")).isEqualTo("/shop");
            assertThat(WireEvent.textOf(either, "specversion")).isEqualTo("1.0");
            assertThat(WireEvent.textOf(either, "time")).isEqualTo("2018-04-05T17:31:00+02:00");
            assertThat(WireEvent.textOf(either, "dataschema")).isEqualTo("https://acme.com/order.json");
            assertThat(WireEvent.textOf(either, "datacontenttype")).isEqualTo("application/json");
            assertThat(WireEvent.textOf(either, "number")).isEqualTo("5");
            assertThat(WireEvent.textOf(either, "flag")).isEqualTo("true");
            assertThat(WireEvent.textOf(either, "moment")).isEqualTo("2018-04-05T17:31:00Z");
            assertThat(WireEvent.textOf(either, "absent")).isNull();
        }
    }

    @Test
    void refusesToAnswerForAttributesThatTheSpecificationDoesNotHave() {
        assertThatThrownBy(() -> Samples.minimal().build().getAttribute("number"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Samples.minimal().build().getExtension("id")).isNull();
    }

    @Test
    void neverChangesOnceItIsBuilt() {
        WireEvent.Builder builder = Samples.minimal().extension("a", "1").extension("b", "2");
        WireEvent first = builder.build();
        WireEvent second = builder.extension("a", "changed").extension("c", "3").build();
        WireEvent third =
                first.toBuilder().extension("a", null).extension("d", "4").build();

        assertThat(first.getExtensionNames()).containsExactly("a", "b");
        assertThat(first.getExtension("a")).isEqualTo("1");
        assertThat(second.getExtensionNames()).containsExactly("a", "b", "c");
        assertThat(third.getExtensionNames()).containsExactly("b", "d");
        assertThat(first.with("b", "new").getExtension("b")).isEqualTo("new");
        assertThat(first.getExtension("b")).isEqualTo("2");
        assertThatThrownBy(() -> first.getExtensionNames().add("x")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> first.getExtensionNames().remove("a"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() ->
                        Samples.minimal().build().getExtensionNames().iterator().next())
                .isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void equalsByValueWhateverTheOrderOfExtensions() {
        WireEvent one = Samples.minimal()
                .extension("a", 1)
                .extension("b", "2")
                .data("x")
                .build();
        WireEvent same = Samples.minimal()
                .extension("b", "2")
                .extension("a", 1)
                .data("x")
                .build();

        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(one).isNotEqualTo(same.with("a", "1"));
        assertThat(one).isNotEqualTo(same.toBuilder().data("y").build());
        assertThat(one).isNotEqualTo(same.toBuilder().subject("s").build());
        assertThat(one).isNotEqualTo(same.toBuilder().withoutData().build());
    }

    @Test
    void comparesDataByItsBytesNotByItsArray() {
        byte[] array = "--hello--".getBytes(StandardCharsets.UTF_8);
        EventData slice = EventData.of(array, 2, 5);

        assertThat(slice).isEqualTo(EventData.of("hello".getBytes(StandardCharsets.UTF_8)));
        assertThat(slice).hasSameHashCodeAs(EventData.of("hello".getBytes(StandardCharsets.UTF_8)));
        assertThat(slice.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
        assertThat(slice.buffer().isReadOnly()).isTrue();
        assertThat(slice.buffer().remaining()).isEqualTo(slice.size()).isEqualTo(5);
        assertThatThrownBy(() -> EventData.of(array, 5, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void showsItsAttributesEscapedAndNeverItsData() {
        WireEvent event = Samples.minimal()
                .subject("a\u202eb\"")
                .extension("n", 5)
                .data("canary")
                .build();

        assertThat(event)
                .hasToString("CloudEvent{id=\"1\", source=\"/shop\", type=\"com.acme.order\","
                        + " subject=\"a\\u202eb\\\"\", n=\"5\", data(6 bytes)}");
        assertThat(Samples.minimal().build().toString()).endsWith("no data}");
    }

    @Test
    void knowsItsSizeInBytes() {
        WireEvent event = Samples.minimal().build();
        int minimal = "id1source/shoptypecom.acme.orderspecversion1.0".length();

        assertThat(event.sizeBytes()).isEqualTo(minimal);
        assertThat(event.toBuilder().subject("€😀").data(new byte[100]).build().sizeBytes())
                .isEqualTo(minimal + "subject".length() + 7 + 100);
        assertThat(event.with("ext", "12").sizeBytes()).isEqualTo(minimal + 5);
        assertThat(WireEvent.sizeOf(FOREIGN)).isEqualTo(WireEvent.of(FOREIGN).sizeBytes());
    }
}
