package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What must hold for any event on any two legs of its way, each with a binding and a format of its own. */
class TranscodingTest {
    private static final String NAMES = "abcdefghijklmnopqrstuvwxyz0123456789";

    @Property(tries = 400)
    void anyEventComesBackEqualOverEveryPairOfBindings(@ForAll("events") WireEvent event) {
        for (Carrier first : Carrier.values()) {
            CloudEvent once = first.carry(event);
            assertThat(canonical(once)).as(first.name()).isEqualTo(canonical(event));
            for (Carrier second : Carrier.values()) {
                assertThat(canonical(second.carry(once)))
                        .as(first + ", " + second)
                        .isEqualTo(canonical(event));
            }
        }
    }

    /** Data may look like an envelope, and its type may say that it is one: attributes stay what they are. */
    @Property(tries = 400)
    void noBytesOfAnyTypeChangeAnAttributeOnAnyWay(
            @ForAll("hostileData") byte[] data, @ForAll("contentTypes") String contentType) {
        WireEvent event = WireEvent.builder()
                .id("1")
                .source("/shop")
                .type("order")
                .subject("s")
                .extension("ext", "x")
                .data(contentType, data)
                .build();
        for (Carrier first : Carrier.values()) {
            for (Carrier second : Carrier.values()) {
                CloudEvent twice = second.carry(first.carry(event));
                assertThat(attributes(twice)).as(first + ", " + second).isEqualTo(attributes(event));
                assertThat(data(twice)).isEqualTo(data(event));
            }
        }
    }

    @Property(tries = 500)
    void anyUnicodeAttributeSurvivesEveryBinding(@ForAll("texts") String text) {
        WireEvent event = WireEvent.builder()
                .id(text)
                .source("/s")
                .type(text)
                .subject(text)
                .extension("ext", text)
                .build();
        for (Carrier carrier : Carrier.values()) {
            assertThat(attributes(carrier.carry(event))).as(carrier.name()).isEqualTo(attributes(event));
        }
    }

    /** What bindings can tell: values as canonical strings, since headers have no types, and data. */
    private static Map<String, String> canonical(CloudEvent event) {
        Map<String, String> all = attributes(event);
        all.put("data", data(event));
        return all;
    }

    private static Map<String, String> attributes(CloudEvent event) {
        Map<String, String> all = new TreeMap<>();
        for (String name : event.getAttributeNames()) {
            put(all, name, WireEvent.textOf(event, name));
        }
        for (String name : event.getExtensionNames()) {
            put(all, name, WireEvent.textOf(event, name));
        }
        return all;
    }

    private static void put(Map<String, String> all, String name, String value) {
        if (value != null) {
            all.put(name, value);
        }
    }

    /** White space around a JSON value is no part of it; HTTP can't tell data of no bytes from none. */
    private static String data(CloudEvent event) {
        var data = event.getData();
        if (data == null || data.toBytes().length == 0) {
            return "";
        }
        String text = new String(data.toBytes(), StandardCharsets.ISO_8859_1);
        return MediaTypes.isJson(event.getDataContentType()) ? text.replaceAll("^[ \t\r\n]+|[ \t\r\n]+$", "") : text;
    }

    @Provide
    Arbitrary<WireEvent> events() {
        Arbitrary<Object> values = Arbitraries.oneOf(
                texts().map(Object.class::cast),
                Arbitraries.integers().map(Object.class::cast),
                Arbitraries.of(true, false).map(Object.class::cast),
                Arbitraries.just("").map(Object.class::cast));
        Arbitrary<Map<String, Object>> extensions = Arbitraries.maps(
                        Arbitraries.strings().withChars(NAMES).ofMinLength(1).ofMaxLength(20), values)
                .ofMaxSize(5);
        Arbitrary<String> sources = Arbitraries.of("/shop?%C3%BC#x", "https://a.b/c?d#e", "urn:x:y", "x%20y", "//h");
        Arbitrary<String> times = Arbitraries.of(
                        "2018-04-05T17:31:00Z", "1990-12-31t23:59:60.123456789012z", "2018-04-05T17:31:00-23:59")
                .injectNull(0.3);
        Arbitrary<byte[]> data = hostileData().injectNull(0.2);
        return Combinators.combine(
                        texts(), texts(), sources, texts().injectNull(0.5), times, contentTypes(), data, extensions)
                .as((id, type, source, subject, time, contentType, bytes, extras) -> {
                    var event = WireEvent.builder()
                            .id(id)
                            .type(type)
                            .source(source)
                            .subject(subject)
                            .time(time)
                            .dataSchema(subject == null ? null : "urn:a:b")
                            .dataContentType(contentType)
                            .data(bytes);
                    extras.forEach((name, value) -> put(event, name, value));
                    return event.build();
                });
    }

    private static void put(WireEvent.Builder event, String name, Object value) {
        try {
            event.extension(name, value);
        } catch (InvalidEventException notAnExtension) {
            assertThat(notAnExtension.attribute()).isEqualTo(name); // such as "data", or an attribute's name
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().all().ofMinLength(1).ofMaxLength(8),
                        Arbitraries.strings()
                                .withChars("\"\\%ü€é ,;=:")
                                .ofMinLength(1)
                                .ofMaxLength(10),
                        Arbitraries.of("😀", "a😀b", "%41", "\"x\"", " lead", "trail ", "\ufffd", "é€\u2028"))
                .filter(TranscodingTest::isText);
    }

    private static boolean isText(String text) {
        try {
            WireEvent.builder().id(text).source("/s").type("t").build();
            return true;
        } catch (InvalidEventException notOne) {
            return false;
        }
    }

    @Provide
    Arbitrary<String> contentTypes() {
        return Arbitraries.of(
                        "application/json",
                        "a/b+json;c=\"d;\\\"e\"",
                        "text/plain",
                        "text/plain; charset=utf-16",
                        "application/xml",
                        "image/png",
                        "application/octet-stream",
                        "application/cloudevents+json",
                        "application/cloudevents-batch+json",
                        "Application/CloudEvents",
                        "application/vnd.api+json; charset=utf-16")
                .injectNull(0.1);
    }

    @Provide
    Arbitrary<byte[]> hostileData() {
        Arbitrary<byte[]> pieces = Arbitraries.of(
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
                        "\\",
                        " ",
                        "\n",
                        "\u0000",
                        "ü",
                        "\r\nce-id: evil\r\n")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts).getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> envelopes = Arbitraries.of(
                        "{},\"id\":\"evil\",\"type\":\"evil\"",
                        "{\"specversion\":\"1.0\",\"id\":\"evil\",\"source\":\"/e\",\"type\":\"evil\"}",
                        "[{\"specversion\":\"1.0\",\"id\":\"evil\",\"source\":\"/e\",\"type\":\"evil\"}]",
                        "null,\"evil\":true",
                        "1}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(
                pieces, envelopes, Arbitraries.bytes().array(byte[].class).ofMaxSize(40));
    }
}
