package dev.sluice.cloudevents.mappings;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** Payloads as services send them, and the mappings that read them. */
final class Payloads {
    static final Instant NOW = Instant.parse("2026-11-23T07:00:00.250Z");
    static final String NOW_TEXT = "2026-11-23T07:00:00.250Z";
    static final String DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
    static final String SECRET = "It's a Secret to Everybody";

    static final EventMapping S3 = EventMapping.s3(EventLimits.DEFAULT, InstantSource.fixed(NOW));
    static final EventMapping GITHUB = EventMapping.github(EventLimits.DEFAULT, InstantSource.fixed(NOW), null);
    static final EventMapping SIGNED =
            EventMapping.github(EventLimits.DEFAULT, InstantSource.fixed(NOW), SECRET.getBytes(StandardCharsets.UTF_8));

    private Payloads() {}

    static byte[] of(String name) {
        try (var in = Payloads.class.getResourceAsStream("/payloads/" + name + ".json")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Headers as a server has them: names in any case. */
    static Function<String, String> headers(String... namesAndValues) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (var i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers::get;
    }

    static Function<String, String> github(String event) {
        return headers("x-github-event", event, "x-github-delivery", DELIVERY, "content-type", "application/json");
    }

    static WireEvent webhook(String event) {
        return webhook(event, of("github/" + event));
    }

    static WireEvent webhook(String event, byte[] body) {
        var events = GITHUB.events(github(event), body);
        if (events.size() != 1) {
            throw new AssertionError("one event expected: " + events);
        }
        return events.get(0);
    }

    static List<WireEvent> notification(String name) {
        return S3.events(headers(), of("s3/" + name));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String data(WireEvent event) {
        return new String(event.getData().toBytes(), StandardCharsets.UTF_8);
    }
}
