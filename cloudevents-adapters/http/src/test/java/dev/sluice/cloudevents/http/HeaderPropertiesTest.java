package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What must hold for any text in any header. */
class HeaderPropertiesTest {
    private static final HttpEvents HTTP = new HttpEvents();

    /** Netty's own validation is on: it refuses what could split a header. */
    @Property(tries = 1_500)
    void anyUnicodeAttributeSurvivesHeadersOfPlainAscii(
            @ForAll("texts") String text, @ForAll("texts") String extension, @ForAll("bodies") byte[] body) {
        WireEvent event = WireEvent.builder()
                .id(text)
                .source("/shop?%C3%BC#x")
                .type(extension)
                .subject(text)
                .extension("ext", extension)
                .extension("x1", "")
                .data(body.length == 0 ? null : body)
                .build();
        HttpHeaders out = new DefaultHttpHeaders();

        byte[] written = HTTP.writeBinary(event, out);

        for (Map.Entry<String, String> header : out) {
            assertThat(header.getValue()).matches("[\\x21-\\x7e]*").doesNotContain("\"");
        }
        assertThat(HttpEvents.mode(out)).isEqualTo(Mode.BINARY);
        assertThat(HTTP.readBinary(out, written)).isEqualTo(event);
    }

    @Property(tries = 1_500)
    void anyEventInHeadersSurvivesStructuredModeToo(@ForAll("texts") String text, @ForAll("bodies") byte[] body) {
        WireEvent event = WireEvent.builder()
                .id(text)
                .source("/s")
                .type("t")
                .extension("ext", text)
                .data("application/octet-stream", body)
                .build();

        assertThat(HTTP.readStructured(HTTP.writeStructured(event, new DefaultHttpHeaders())))
                .isEqualTo(event);
    }

    /**
     * A header from a stranger is an attribute or a refusal, never another failure; decoding takes exactly one round.
     */
    @Property(tries = 3_000)
    void anyHeaderIsAnAttributeOrRefused(@ForAll("rawHeaders") String raw) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add(Requests.event()).add("ce-ext", raw);
        try {
            WireEvent event = HTTP.readBinary(headers, Requests.NO_BODY);
            if (raw.indexOf('%') < 0 && !raw.startsWith("\"")) {
                assertThat(event.getExtension("ext")).isEqualTo(raw);
            }
            HttpHeaders again = new DefaultHttpHeaders();
            HTTP.writeBinary(event, again);
            assertThat(HTTP.readBinary(again, Requests.NO_BODY)).isEqualTo(event);
        } catch (InvalidEventException refused) {
            assertThat(refused.attribute()).isEqualTo("ext");
        }
    }

    @Property(tries = 300)
    void anyCaseOfAHeaderIsTheSameAttribute(@ForAll("cases") boolean[] upper) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (Map.Entry<String, String> header : Requests.event("ce-subject", "s", "ce-ext", "x")) {
            StringBuilder name = new StringBuilder(header.getKey());
            for (int i = 0; i < name.length(); i++) {
                if (upper[i]) {
                    name.setCharAt(
                            i, name.substring(i, i + 1).toUpperCase(Locale.ROOT).charAt(0));
                }
            }
            headers.add(name.toString(), header.getValue());
        }

        assertThat(HTTP.readBinary(headers, Requests.NO_BODY))
                .isEqualTo(HTTP.readBinary(Requests.event("ce-subject", "s", "ce-ext", "x"), Requests.NO_BODY));
    }

    @Provide
    Arbitrary<boolean[]> cases() {
        return Arbitraries.of(true, false).array(boolean[].class).ofSize(14);
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(20);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().all().ofMinLength(1).ofMaxLength(8),
                        Arbitraries.strings()
                                .withChars("\"\\% aé€\u2028")
                                .ofMinLength(1)
                                .ofMaxLength(10),
                        Arbitraries.of("😀", "a😀😀b€", "%41", "\"x\"", " lead", "trail "))
                .filter(HeaderPropertiesTest::isText);
    }

    @Provide
    Arbitrary<String> rawHeaders() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("\"\\%4e2ACF0 x").ofMaxLength(12),
                Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(6));
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
