package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawEventTest {
    private static final byte[] KEY = {-1};
    private static final byte[] VALUE = {0, -1, 2};

    private static RawEvent raw() {
        return RawEvent.of("orders", 3, 42, KEY, List.of(header("a", 5), header("é", 2)), VALUE, "id is required");
    }

    private static RawEvent.Header header(String name, int bytes) {
        return new RawEvent.Header(name, new byte[bytes]);
    }

    @Test
    void standsInForARecordAsAnEvent() {
        RawEvent raw = raw();

        assertThat(raw.getId()).isEqualTo("3-42");
        assertThat(raw.getSource()).hasToString("/topics/orders");
        assertThat(raw.getType()).isEqualTo(RawEvent.TYPE);
        assertThat(raw.getData().toBytes()).isSameAs(VALUE);
        assertThat(raw.getExtensionNames()).isEmpty();
        assertThat(WireEvent.of(raw)).isEqualTo(raw.view());
    }

    @Test
    void keepsTheRecordAsItCame() {
        RawEvent raw = raw();

        assertThat(raw.key()).isSameAs(KEY);
        assertThat(raw.value()).isSameAs(VALUE);
        assertThat(raw.headers()).extracting(RawEvent.Header::name).containsExactly("a", "é");
        assertThat(raw.problem()).isEqualTo("id is required");
    }

    @Test
    void changesItsStandInAloneWhenItIsPutAside() {
        RawEvent raw = raw();

        RawEvent letter = raw.with(view -> view.extension("dlreason", "undecodable"));

        assertThat(letter.getExtension("dlreason")).isEqualTo("undecodable");
        assertThat(WireEvent.textOf(letter, "dlreason")).isEqualTo("undecodable");
        assertThat(letter.key()).isSameAs(KEY);
        assertThat(letter.value()).isSameAs(VALUE);
        assertThat(letter.headers()).isEqualTo(raw.headers());
        assertThat(letter.problem()).isEqualTo(raw.problem());
        assertThat(raw.getExtensionNames()).isEmpty();
    }

    @Test
    void countsKeyHeadersAndValueInItsSize() {
        RawEvent raw = raw();

        assertThat(raw.sizeBytes()).isEqualTo(raw.view().sizeBytes() + 1 + (1 + 5) + (2 + 2));
        assertThat(WireEvent.sizeOf(raw)).isEqualTo(raw.sizeBytes());
    }

    @Test
    void holdsARecordThatHasNothing() {
        RawEvent raw = RawEvent.of(
                "orders", 0, 0, null, List.of(new RawEvent.Header("a", null)), null, "specversion is required");

        assertThat(raw.key()).isNull();
        assertThat(raw.value()).isNull();
        assertThat(raw.getData()).isNull();
        assertThat(raw.headers().get(0).value()).isNull();
        assertThat(raw.sizeBytes()).isEqualTo(raw.view().sizeBytes() + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "orders.dlq-1_2|/topics/orders.dlq-1_2",
                "a b%|/topics/a+b%25",
                "ü|/topics/%C3%BC",
                "a\u0001b|/topics/a%01b"
            })
    void standsOnAnyTopic(String topic, String source) {
        RawEvent raw = RawEvent.of(topic, 0, 0, null, List.of(), null, "");

        assertThat(raw.getSource()).hasToString(source);
    }

    @Test
    void keepsItsHeadersWhenTheListChanges() {
        List<RawEvent.Header> headers = new ArrayList<>(List.of(header("a", 1)));
        RawEvent raw = RawEvent.of("orders", 0, 0, null, headers, null, "");

        headers.clear();

        assertThat(raw.headers()).hasSize(1);
    }

    @Test
    void showsNothingOfItsBytesAndEscapesWhatItSays() {
        RawEvent raw = RawEvent.of(
                "orders", 0, 7, null, List.of(), "secret".getBytes(StandardCharsets.UTF_8), "id \u001b[31m is bad");

        assertThat(raw).hasToString("RawEvent{/topics/orders 0-7, id \\u001b[31m is bad}");
    }
}
