package dev.sluice.cloudevents;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Events for properties. */
final class AnyEvent {
    private AnyEvent() {}

    /** Any valid event. */
    static Arbitrary<WireEvent> events() {
        Arbitrary<String> text = text();
        Arbitrary<Object> values = Arbitraries.oneOf(
                text.map(Object.class::cast),
                Arbitraries.integers().map(Object.class::cast),
                Arbitraries.of(true, false).map(Object.class::cast));
        Arbitrary<Map<String, Object>> extensions = Arbitraries.maps(
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .numeric()
                                .ofMinLength(1)
                                .ofMaxLength(20)
                                .filter(name -> !Rules.isAttribute(name) && !name.equals("data")),
                        values)
                .ofMaxSize(6);
        Arbitrary<String> sources = Arbitraries.of("/shop", "https://a.b/c?d#e", "urn:x:y", "x%20y", "//h");
        return Combinators.combine(
                        text, text, sources, text.injectNull(0.5), times(), types(), hostileData(), extensions)
                .as((id, type, source, subject, time, contentType, data, extras) -> {
                    WireEvent.Builder event =
                            WireEvent.builder().id(id).type(type).source(source).subject(subject);
                    event.time(time).data(contentType, data);
                    extras.forEach(event::extension);
                    return data.length % 7 == 3 ? event.withoutData().build() : event.build();
                });
    }

    private static Arbitrary<String> text() {
        return Arbitraries.oneOf(
                        Arbitraries.strings()
                                .withCharRange(' ', '~')
                                .ofMinLength(1)
                                .ofMaxLength(30),
                        Arbitraries.strings().all().ofMinLength(1).ofMaxLength(10),
                        Arbitraries.strings()
                                .withChars("\"\\%ü€é ")
                                .ofMinLength(1)
                                .ofMaxLength(10),
                        Arbitraries.of("😀", "a😀b", "\"", "\\"))
                .filter(AnyEvent::isText);
    }

    private static boolean isText(String text) {
        try {
            return Rules.text("x", text, EventLimits.NONE) > 0;
        } catch (InvalidEventException notOne) {
            return false;
        }
    }

    private static Arbitrary<String> times() {
        return Arbitraries.of("2018-04-05T17:31:00Z", "1990-12-31t23:59:60.123456789012z", "2018-04-05T17:31:00-23:59")
                .injectNull(0.3);
    }

    private static Arbitrary<String> types() {
        return Arbitraries.of(
                        "application/json", "text/plain", "image/png", "application/xml", "a/b+json;c=\"d;\\\"e\"")
                .injectNull(0.2);
    }

    /** Any bytes, and such as could be taken for a part of the envelope. */
    static Arbitrary<byte[]> hostileData() {
        Arbitrary<byte[]> jsonLike = Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        "\"",
                        ",",
                        ":",
                        "\"id\"",
                        "\"evil\"",
                        "1",
                        "null",
                        "true",
                        "\\",
                        " ",
                        "\n",
                        "\u0000",
                        "ü")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts).getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        return Arbitraries.oneOf(jsonLike, any);
    }
}
