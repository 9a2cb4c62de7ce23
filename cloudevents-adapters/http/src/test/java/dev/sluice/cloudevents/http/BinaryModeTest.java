package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryModeTest {
    private static final HttpEvents HTTP = new HttpEvents();

    @Test
    void readsEveryAttributeInAnyCase() {
        HttpHeaders headers = Requests.headers(
                "CE-SpecVersion", "1.0",
                "Ce-Id", "1",
                "cE-SOURCE", "/shop",
                "ce-type", "com.acme.order",
                "CE-TIME", "2018-04-05T17:31:00Z",
                "ce-Subject", "s",
                "ce-dataSchema", "urn:a:b",
                "CE-ComAcmeExt", "5",
                "Content-TYPE", "application/json",
                "X-Other", "ignored",
                "ce", "ignored");
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);

        assertThat(HTTP.readBinary(headers, body))
                .isEqualTo(WireEvent.builder()
                        .id("1")
                        .source("/shop")
                        .type("com.acme.order")
                        .time("2018-04-05T17:31:00Z")
                        .subject("s")
                        .dataSchema("urn:a:b")
                        .extension("comacmeext", "5")
                        .data("application/json", body)
                        .build());
    }

    @Test
    void takesTheBodyAsItIsWithoutACopy() {
        byte[] body = {0, -1, 13, 10};

        assertThat(HTTP.readBinary(Requests.event(), body).getData().toBytes()).isSameAs(body);
    }

    @Test
    void takesAnEmptyBodyForNoData() {
        WireEvent event = HTTP.readBinary(Requests.event("content-type", "application/json"), Requests.NO_BODY);

        assertThat(event.getData()).isNull();
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(HTTP.writeBinary(event, new DefaultHttpHeaders())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Euro%20%E2%82%AC%20%F0%9F%98%80|Euro € 😀",
                "%e2%82%ac|€",
                "%41%7E|A~",
                "a%2520b|a%20b",
                "plain text|plain text",
                "\"quoted\"|quoted",
                "\"a\\\"b\\\\c\"|a\"b\\c",
                "\"a%20b\"|a b",
                "\"%22\"|\"",
                "\"\\%41\"|A",
                "in\"side|in\"side"
            })
    void decodesQuotesThenPercentsOnce(String header, String subject) {
        assertThat(HTTP.readBinary(Requests.event("ce-subject", header), Requests.NO_BODY)
                        .getSubject())
                .isEqualTo(subject);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("ce-datacontenttype", "text/plain", "datacontenttype must not be a header"),
                arguments("CE-DataContentType", "text/plain", "datacontenttype must not be a header"),
                arguments("ce-data", "x", "data must not be a header"),
                arguments("ce-id", "2", "id must not be given twice"),
                arguments("CE-ID", "2", "id must not be given twice"),
                arguments("ce-subject", "", "subject must not be empty"),
                arguments("ce-subject", "%", "subject \"%\" must have two hexadecimal digits"),
                arguments("ce-subject", "100%", "subject \"100%\" must have two hexadecimal digits"),
                arguments("ce-subject", "%4", "subject \"%4\" must have two hexadecimal digits"),
                arguments("ce-subject", "%zz", "subject \"%zz\" must have two hexadecimal digits"),
                arguments("ce-subject", "%C0%A0", "subject \"%C0%A0\" must be UTF-8"),
                arguments("ce-subject", "%ED%A0%80", "subject \"%ED%A0%80\" must be UTF-8"),
                arguments("ce-subject", "%E2%82", "subject \"%E2%82\" must be UTF-8"),
                arguments("ce-subject", "a%0D%0Ab", "subject \"a\\u000d\\u000ab\" must not hold control characters"),
                arguments("ce-subject", "%00", "subject \"\\u0000\" must not hold control characters"),
                arguments("ce-subject", "%EF%BF%BF", "subject \"\\uffff\" must not hold control characters"),
                arguments("ce-subject", "\"open", "subject \"\\\"open\" must end its quoted string"),
                arguments("ce-subject", "\"", "subject \"\\\"\" must end its quoted string"),
                arguments("ce-subject", "\"a\"b\"", "subject \"\\\"a\\\"b\\\"\" must end its quoted string"),
                arguments("ce-subject", "\"a\\\"", "subject \"\\\"a\\\\\\\"\" must end its quoted string"),
                arguments("ce-time", "now", "time \"now\" must be a timestamp"),
                arguments("ce-dataschema", "x", "dataschema \"x\" must be an absolute URI"),
                arguments("ce-my-ext", "x", "my-ext is no attribute name"),
                arguments("ce-ext_", "x", "ext_ is no attribute name"),
                arguments("content-type", "json", "datacontenttype \"json\" must be a media type"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesHeaderNamingAttributeAndRule(String name, String value, String message) {
        HttpHeaders headers = Requests.event(name, value);

        assertThatThrownBy(() -> HTTP.readBinary(headers, Requests.NO_BODY))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\u0000b", "a\tb", "é", "€", "\u007f", "\u0080"})
    void refusesRawCharactersOutsidePrintableAscii(String value) {
        HttpHeaders unchecked =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        unchecked.add(Requests.event()).add("ce-ext", value);

        assertThatThrownBy(() -> HTTP.readBinary(unchecked, Requests.NO_BODY))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith("ext")
                .hasMessageContaining("must be printable ASCII");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-specversion", "ce-id", "ce-source", "ce-type"})
    void refusesAnEventWithoutARequiredAttribute(String name) {
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event().remove(name), Requests.NO_BODY))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage(name.substring(3) + " is required");
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event().set(name, ""), Requests.NO_BODY))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void refusesOtherVersionsAndRepeatedExtensionsAndTypes() {
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event().set("ce-specversion", "0.3"), Requests.NO_BODY))
                .hasMessage("specversion \"0.3\" must be 1.0");
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event("ce-ext", "1", "CE-EXT", "1"), Requests.NO_BODY))
                .hasMessage("ext must not be given twice");
        HttpHeaders types = Requests.event("content-type", "text/plain", "Content-Type", "text/html");
        assertThatThrownBy(() -> HTTP.readBinary(types, Requests.NO_BODY))
                .hasMessage("datacontenttype must not be given twice");
    }

    @Test
    void refusesWhatPassesTheLimits() {
        HttpEvents small = new HttpEvents(EventLimits.DEFAULT.withEventBytes(100));
        InvalidEventException large = catchThrowableOfType(
                InvalidEventException.class, () -> small.readBinary(Requests.event(), new byte[100]));
        HttpHeaders many = Requests.event();
        for (int i = 0; i < 129; i++) {
            many.add("ce-e" + i, "x");
        }

        assertThat(large.isTooLarge()).isTrue();
        assertThatThrownBy(() -> HTTP.readBinary(many, Requests.NO_BODY))
                .hasMessage("event must not have more than 128 extensions");
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event("ce-" + "e".repeat(65), "x"), Requests.NO_BODY))
                .hasMessageContaining("must not be longer than 64 characters");
        assertThatThrownBy(() -> HTTP.readBinary(Requests.event("ce-e", "x".repeat(8193)), Requests.NO_BODY))
                .hasMessageContaining("must not be longer than 8192 bytes");
    }

    @Test
    void writesEveryAttributeEncodedAsFarAsItMustBe() {
        WireEvent event = WireEvent.builder()
                .id("1")
                .source("/shop?a=%20b")
                .type("t")
                .subject("Euro € 😀")
                .time("2018-04-05T17:31:00+02:00")
                .dataSchema("urn:a:b")
                .extension("quotes", "a\"b\\c%")
                .extension("flag", true)
                .extension("number", -5)
                .extension("empty", "")
                .data("text/plain; charset=\"utf-8\"", new byte[] {'x'})
                .build();
        HttpHeaders out = new DefaultHttpHeaders();

        byte[] body = HTTP.writeBinary(event, out);

        assertThat(out.get("ce-specversion")).isEqualTo("1.0");
        assertThat(out.get("ce-id")).isEqualTo("1");
        assertThat(out.get("ce-source")).isEqualTo("/shop?a=%2520b");
        assertThat(out.get("ce-subject")).isEqualTo("Euro%20%E2%82%AC%20%F0%9F%98%80");
        assertThat(out.get("ce-time")).isEqualTo("2018-04-05T17:31:00+02:00");
        assertThat(out.get("ce-quotes")).isEqualTo("a%22b\\c%25");
        assertThat(out.get("ce-flag")).isEqualTo("true");
        assertThat(out.get("ce-number")).isEqualTo("-5");
        assertThat(out.get("ce-empty")).isEmpty();
        assertThat(out.get("content-type")).isEqualTo("text/plain; charset=\"utf-8\"");
        assertThat(out.contains("ce-datacontenttype")).isFalse();
        assertThat(body).containsExactly('x');
    }

    @Test
    void replacesWhatStoodInTheHeaders() {
        HttpHeaders out = Requests.headers("ce-id", "old", "content-type", "text/html");

        HTTP.writeBinary(
                WireEvent.builder()
                        .id("1")
                        .source("/s")
                        .type("t")
                        .dataContentType("text/plain")
                        .build(),
                out);

        assertThat(out.getAll("ce-id")).containsExactly("1");
        assertThat(out.getAll("content-type")).containsExactly("text/plain");
    }

    @Test
    void refusesToWriteForeignEventsThatWouldBreakTheHeaders() {
        var bad = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/s"))
                .withType("t\r\nSet-Cookie: x")
                .build();

        assertThatThrownBy(() -> HTTP.writeBinary(bad, new DefaultHttpHeaders()))
                .isInstanceOf(InvalidEventException.class);
    }

    /** Written in binary mode, its Content-Type would make a reader take the data for the event. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "Application/CloudEvents+JSON; charset=utf-8",
                "application/cloudevents",
                "application/cloudevents-batch+json"
            })
    void writesAnEventWhoseDataIsAnEventInStructuredMode(String nested) {
        WireEvent event = WireEvent.builder()
                .id("1")
                .source("/s")
                .type("t")
                .data(
                        nested,
                        "{\"specversion\":\"1.0\",\"id\":\"evil\",\"source\":\"/e\",\"type\":\"e\"}"
                                .getBytes(StandardCharsets.UTF_8))
                .build();
        HttpHeaders out = new DefaultHttpHeaders();

        byte[] body = HTTP.writeBinary(event, out);

        assertThat(HttpEvents.mode(out)).isEqualTo(Mode.STRUCTURED);
        assertThat(HTTP.readStructured(body)).isEqualTo(event);
    }
}
