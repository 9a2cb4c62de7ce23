package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReadTest {
    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("", "event must be a JSON object"),
                arguments("null", "event must be a JSON object"),
                arguments("[]", "event must be a JSON object"),
                arguments("{", "event must be JSON"),
                arguments("{}", "specversion is required"),
                arguments("{\"specversion\":null}", "specversion is required"),
                arguments("{\"specversion\":\"1.0\"}", "id is required"),
                arguments("{\"specversion\":1.0}", "specversion must be a JSON string"),
                arguments("{\"specversion\":\"1.1\"}", "specversion \"1.1\" must be 1.0"),
                arguments("{\"specversion\":\"1.0\",\"id\":7}", "id must be a JSON string"),
                arguments("{\"specversion\":\"1.0\",\"id\":null,\"id\":\"1\"}", "id must not be given twice"),
                arguments(Samples.document(",\"id\":\"2\""), "id must not be given twice"),
                arguments(Samples.document(",\"specversion\":\"1.0\""), "specversion must not be given twice"),
                arguments(Samples.document(",\"ext\":1,\"ext\":1"), "ext must not be given twice"),
                arguments(Samples.document(",\"ext\":null,\"ext\":1"), "ext must not be given twice"),
                arguments(Samples.document(",\"ext\":1,\"\\u0065xt\":null"), "ext must not be given twice"),
                arguments(Samples.document(",\"data\":1,\"data\":1"), "data must not be given twice"),
                arguments(
                        Samples.document(",\"data\":1,\"data_base64\":\"\""), "data must not stand beside data_base64"),
                arguments(Samples.document(",\"data_base64\":\"a*b=\""), "data_base64 must be base64"),
                arguments(
                        Samples.document(",\"data_base64\":\"AAE\""),
                        "data_base64 must be base64 (RFC 4648), with its padding"),
                arguments(Samples.document(",\"data_base64\":{}"), "data_base64 must be a JSON string"),
                arguments(Samples.document(",\"subject\":\"\""), "subject must not be empty"),
                arguments(Samples.document(",\"subject\":{}"), "subject must be a JSON string"),
                arguments(Samples.document(",\"time\":\"yesterday\""), "time \"yesterday\" must be a timestamp"),
                arguments(Samples.document(",\"ext\":{}"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"ext\":[]"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"ext\":1.0"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"ext\":1e2"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"ext\":2147483648"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"ext\":-2147483649"), "ext must be a string, a boolean or an integer"),
                arguments(Samples.document(",\"Ext\":1"), "Ext is no attribute name"),
                arguments(Samples.document(",\"\":1"), " is no attribute name"),
                arguments(Samples.document(",\"a_b\":null"), "a_b is no attribute name"),
                arguments(Samples.document(",\"ext\":\"\\u0000\""), "ext \"\\u0000\" must not hold control"),
                arguments(Samples.document(",\"ext\":\"\\ud800\""), "ext \"\\ud800\" must not hold control"),
                arguments(Samples.document(",\"ext\":\"a\nb\""), "event must be JSON, and is not at byte"),
                arguments(Samples.document("") + "x", "event must be JSON, and is not at byte"),
                arguments(Samples.document("") + "{}", "event must end with its document"),
                arguments(Samples.document("") + ",", "event must be JSON"),
                arguments(Samples.document(",\"data\":NaN"), "event must be JSON"),
                arguments(Samples.document(",\"data\":'x'"), "event must be JSON"),
                arguments(Samples.document(",\"data\":01"), "event must be JSON"),
                arguments(Samples.document(",\"data\":[1,]"), "event must be JSON"),
                arguments(Samples.document(",\"data\":\"\\x\""), "event must be JSON"),
                arguments(Samples.document(",/**/\"data\":1"), "event must be JSON"),
                arguments(
                        Samples.document(",\"datacontenttype\":\"text/plain\",\"data\":{}"),
                        "data must be a JSON string"),
                arguments(
                        Samples.document(",\"data\":7,\"datacontenttype\":\"text/plain\""),
                        "data must be a JSON string"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesDocumentNamingAttributeAndRule(String json, String message) {
        assertThatThrownBy(() -> Samples.read(json))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void keepsTheTypesOfExtensions() {
        WireEvent event = Samples.read(Samples.document(",\"t\":true,\"f\":false,\"max\":2147483647,\"min\":-2147483648"
                + ",\"s\":\"5\",\"empty\":\"\",\"none\":null"));

        assertThat(event.getExtensionNames()).containsExactly("t", "f", "max", "min", "s", "empty");
        assertThat(event.getExtension("t")).isEqualTo(true);
        assertThat(event.getExtension("f")).isEqualTo(false);
        assertThat(event.getExtension("max")).isEqualTo(Integer.MAX_VALUE);
        assertThat(event.getExtension("min")).isEqualTo(Integer.MIN_VALUE);
        assertThat(event.getExtension("s")).isEqualTo("5");
        assertThat(event.getExtension("empty")).isEqualTo("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "0",
                "-1.5e10",
                "1234567890.12345678901234567890123",
                "1.10",
                "1E400",
                "\"I'm \\u00e9 \\\"x\\\"\"",
                "{ \"a\" : [ 1 , {} ] ,\n \"a\" : 2 }",
                "[]",
                "\"ü😀\"",
                "{\"a\":\"}\"}",
                "\"\""
            })
    void keepsJsonDataByteForByteWhereverItStands(String data) {
        for (String type : new String[] {"application/json", "application/vnd.api+json", "Text/JSON; charset=utf-8"}) {
            String typed = ",\"datacontenttype\":\"" + type + "\"";
            assertThat(Samples.dataOf(Samples.read(Samples.document(typed + ",\"data\":" + data))))
                    .isEqualTo(data);
            assertThat(Samples.dataOf(Samples.read(Samples.document(", \"data\" :  " + data + "  " + typed))))
                    .isEqualTo(data);
        }
    }

    @Test
    void tellsNullDataFromNone() {
        assertThat(Samples.dataOf(Samples.read(Samples.document(",\"data\":null"))))
                .isEqualTo("null");
        assertThat(Samples.read(Samples.document("")).getData()).isNull();
        assertThat(Samples.read(Samples.document(",\"data_base64\":null")).getData())
                .isNull();
    }

    @Test
    void makesTheTypeExplicitThatADataMemberImplies() {
        assertThat(Samples.read(Samples.document(",\"data\":{}")).getDataContentType())
                .isEqualTo("application/json");
        assertThat(Samples.read(Samples.document(",\"data_base64\":\"e30=\"")).getDataContentType())
                .isNull();
        assertThat(Samples.read(Samples.document("")).getDataContentType()).isNull();
    }

    @Test
    void readsTextDataAsItsCharactersInUtf8() {
        String type = ",\"datacontenttype\":\"text/xml\"";
        for (String members : new String[] {type + ",\"data\":%s", ",\"data\":%s" + type}) {
            assertThat(Samples.dataOf(
                            Samples.read(Samples.document(String.format(members, "\"<a b=\\\"\\u20ac\\\"/>\"")))))
                    .isEqualTo("<a b=\"€\"/>");
            assertThat(Samples.dataOf(Samples.read(Samples.document(String.format(members, "\"plain ü\"")))))
                    .isEqualTo("plain ü");
            assertThat(Samples.dataOf(Samples.read(Samples.document(String.format(members, "\"\"")))))
                    .isEqualTo("");
        }
    }

    @Test
    void readsBase64EvenWithEscapedSlashes() {
        assertThat(Samples.read(Samples.document(",\"data_base64\":\"\\/\\/\\/\\/\""))
                        .getData()
                        .toBytes())
                .containsExactly(-1, -1, -1);
    }

    @Test
    void readsADocumentInTheMiddleOfAnArray() {
        byte[] json = Samples.document(",\"data\":[1,2]").getBytes(StandardCharsets.UTF_8);
        byte[] array = new byte[json.length + 20];
        Arrays.fill(array, (byte) 'x');
        System.arraycopy(json, 0, array, 13, json.length);

        WireEvent event = Samples.JSON.read(array, 13, json.length);

        assertThat(Samples.dataOf(event)).isEqualTo("[1,2]");
        assertThatThrownBy(() -> Samples.JSON.read(array, 13, array.length))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void skipsAByteOrderMark() {
        assertThat(Samples.dataOf(Samples.read("\ufeff" + Samples.document(",\"data\":[1]"))))
                .isEqualTo("[1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE", "IBM037"})
    void refusesEveryOtherEncoding(String charset) {
        byte[] bytes = Samples.document(",\"data\":[1]").getBytes(Charset.forName(charset));

        assertThatThrownBy(() -> Samples.JSON.read(bytes, 0, bytes.length)).isInstanceOf(InvalidEventException.class);
    }

    @Test
    void refusesBrokenUtf8Anywhere() {
        for (int[] broken : new int[][] {
            {0xc0, 0xa0},
            {0xff},
            {0xed, 0xa0, 0x80},
            {0xf4, 0x90, 0x80, 0x80},
            {0xe2, 0x82},
            {0xe0, 0x80, 0xaf},
            {0x80},
            {0xf5, 0x80, 0x80, 0x80}
        }) {
            byte[] json = Samples.document(",\"data\":\"@@@@\"").getBytes(StandardCharsets.UTF_8);
            int at = new String(json, StandardCharsets.ISO_8859_1).indexOf('@');
            for (int i = 0; i < broken.length; i++) {
                json[at + i] = (byte) broken[i];
            }
            assertThatThrownBy(() -> Samples.JSON.read(json, 0, json.length)).hasMessage("event must be UTF-8");
        }
    }

    @Test
    void readsDataUpToTheDepthOfTheLimitAndNoDeeper() {
        String deep = "[".repeat(64) + "]".repeat(64);

        assertThat(Samples.dataOf(Samples.read(Samples.document(",\"data\":" + deep))))
                .isEqualTo(deep);
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"data\":[[" + deep + "]]")))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("depth 64");
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"data\":" + "[".repeat(100_000))))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void refusesNumbersOfTenThousandDigits() {
        String number = "9".repeat(10_000);

        assertThatThrownBy(() -> Samples.read(Samples.document(",\"data\":" + number)))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("numbers of 1000 characters");
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"data\":[0." + number + "]")))
                .isInstanceOf(InvalidEventException.class);
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"ext\":" + number)))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void refusesWhatPassesTheLimitsOfAnEvent() {
        String many =
                IntStream.rangeClosed(1, 129).mapToObj(i -> ",\"e" + i + "\":1").collect(Collectors.joining());

        assertThatThrownBy(() -> Samples.read(Samples.document(many)))
                .hasMessage("event must not have more than 128 extensions");
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"" + "e".repeat(65) + "\":1")))
                .hasMessageContaining("must not be longer than 64 characters");
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"subject\":\"" + "e".repeat(8193) + "\"")))
                .hasMessageContaining("must not be longer than 8192 bytes");
        InvalidEventException large = catchThrowableOfType(
                InvalidEventException.class,
                () -> Samples.read(Samples.document(",\"data\":\"" + "e".repeat(1 << 20) + "\"")));
        assertThat(large.isTooLarge()).isTrue();
    }

    @Test
    void neverShowsDataInItsMessages() {
        assertThatThrownBy(() -> Samples.read(Samples.document(",\"data\":canary-secret")))
                .message()
                .doesNotContain("canary");
    }

    @Test
    void doesNotKeepALargeDocumentForSmallData() {
        WireEvent event = Samples.read(Samples.document(",\"data\":[1]" + " ".repeat(100_000)));

        assertThat(event.getData().array()).hasSize(3);
    }

    @Test
    void readsABatchInOrder() {
        List<WireEvent> events =
                batch("[" + Samples.document(",\"data\":1") + " , " + Samples.document(",\"data\":[2]") + "]");

        assertThat(events).extracting(Samples::dataOf).containsExactly("1", "[2]");
        assertThat(batch(" [ ] ")).isEmpty();
    }

    @Test
    void namesTheIndexOfTheEventThatSpoilsABatch() {
        String good = Samples.document("");
        for (String bad : new String[] {"{}", "7", "null", "[]", Samples.document(",\"id\":\"2\"")}) {
            InvalidEventException refusal = catchThrowableOfType(
                    InvalidEventException.class, () -> batch("[" + good + "," + good + "," + bad + "]"));
            assertThat(refusal.index()).isEqualTo(2);
            assertThat(refusal).hasMessageStartingWith("event 2: ");
        }
        InvalidEventException broken =
                catchThrowableOfType(InvalidEventException.class, () -> batch("[" + good + ",{\"id\":x}]"));
        assertThat(broken.index()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[", "[] []", "[{]", "[]x", "null"})
    void refusesWhatIsNoBatch(String json) {
        assertThatThrownBy(() -> batch(json)).isInstanceOf(InvalidEventException.class);
    }

    @Test
    void refusesBatchesOfMoreThanAThousandEvents() {
        String thousand = "[" + (Samples.document("") + ",").repeat(999) + Samples.document("");

        assertThat(batch(thousand + "]")).hasSize(1_000);
        InvalidEventException refusal = catchThrowableOfType(
                InvalidEventException.class, () -> batch(thousand + "," + Samples.document("") + "]"));
        assertThat(refusal).hasMessage("batch must not have more than 1000 events");
        assertThat(refusal.isTooLarge()).isTrue();
    }

    private static List<WireEvent> batch(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return Samples.JSON.readBatch(bytes, 0, bytes.length);
    }

    /** The parser that takes escapes out has a limit of its own, of 20 million characters. */
    @Test
    void readsALongStringWithEscapesWithinTheEventsOwnLimit() {
        var limits = new EventLimits(64 << 20, 128, 64, 8192, 1000, 64, 1000);
        var text = "x".repeat(20_000_001);
        var bytes = Samples.document(",\"datacontenttype\":\"text/plain\",\"data\":\"\\n" + text + "\"")
                .getBytes(StandardCharsets.UTF_8);

        var event = new JsonEventFormat(limits).read(bytes, 0, bytes.length);

        assertThat(event.getData().size()).isEqualTo(1 + text.length());
    }
}
