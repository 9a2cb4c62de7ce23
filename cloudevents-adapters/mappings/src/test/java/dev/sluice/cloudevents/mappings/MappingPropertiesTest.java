package dev.sluice.cloudevents.mappings;

import static dev.sluice.cloudevents.mappings.Payloads.GITHUB;
import static dev.sluice.cloudevents.mappings.Payloads.S3;
import static dev.sluice.cloudevents.mappings.Payloads.data;
import static dev.sluice.cloudevents.mappings.Payloads.github;
import static dev.sluice.cloudevents.mappings.Payloads.headers;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Whatever comes makes valid events, or is refused. */
class MappingPropertiesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonEventFormat JSON = new JsonEventFormat();
    private static final List<Object> LEAVES = List.of(
            "",
            "opened",
            "https://api.github.com/x",
            "no uri",
            "\u0000",
            "\ud800",
            "2026-01-01T00:00:00Z",
            "s3:TestEvent",
            7,
            -1.5,
            1_525_109_898L,
            true,
            List.of(),
            Map.of());
    private static final List<String> NAMES = List.of(
            "Records",
            "Event",
            "repository",
            "url",
            "owner",
            "action",
            "issue",
            "number",
            "updated_at",
            "release",
            "id",
            "state",
            "ref",
            "s3",
            "bucket",
            "name",
            "object",
            "key",
            "eventSource",
            "awsRegion",
            "eventName",
            "responseElements",
            "x-amz-request-id",
            "x-amz-id-2",
            "organization",
            "sender",
            "other");

    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    void refusesOrMapsAnyJson(@ForAll long seed, @ForAll("events") String event) throws JsonProcessingException {
        var random = new Random(seed);
        var body = MAPPER.writeValueAsBytes(json(random, 5));

        assertMappedOrRefused(GITHUB, github(event), body);
        assertMappedOrRefused(S3, headers(), body);
    }

    @Property(tries = 500, shrinking = ShrinkingMode.BOUNDED)
    void refusesOrMapsAnyBytes(@ForAll byte[] body, @ForAll String event) {
        assertMappedOrRefused(GITHUB, github(event), body);
        assertMappedOrRefused(S3, headers(), body);
    }

    @Property(tries = 500, shrinking = ShrinkingMode.BOUNDED)
    void refusesOrMapsAPayloadWithOneByteChanged(@ForAll byte with, @ForAll("places") int at) {
        for (var name : List.of("push", "issues", "check_run")) {
            var body = Payloads.of("github/" + name);
            body[at % body.length] = with;
            assertMappedOrRefused(GITHUB, github(name), body);
        }
        var body = Payloads.of("s3/three-records");
        body[at % body.length] = with;
        assertMappedOrRefused(S3, headers(), body);
    }

    private static void assertMappedOrRefused(EventMapping mapping, Function<String, String> headers, byte[] body) {
        List<WireEvent> events;
        try {
            events = mapping.events(headers, body.clone());
        } catch (RefusedPayloadException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        for (var event : events) {
            var written = JSON.write(event);
            var read = JSON.read(written, 0, written.length);
            // White space around the whole document belongs to no value.
            assertThat(data(read)).isEqualTo(data(event).strip());
            assertThat(read.toBuilder().withoutData().build())
                    .isEqualTo(event.toBuilder().withoutData().build());
        }
    }

    @Provide
    Arbitrary<Integer> places() {
        return Arbitraries.integers().between(0, 10_000);
    }

    @Provide
    Arbitrary<String> events() {
        return Arbitraries.of("push", "issues", "release", "status", "ping", "security_advisory", "unknown");
    }

    /** JSON of any form, whose names are mostly those that the tables look for. */
    private static Object json(Random random, int depth) {
        var form = depth == 0 ? 0 : random.nextInt(6);
        if (form == 0) {
            return LEAVES.get(random.nextInt(LEAVES.size()));
        }
        if (form == 1) {
            return Stream.generate(() -> json(random, depth - 1))
                    .limit(random.nextInt(4))
                    .toList();
        }
        var members = new HashMap<String, Object>();
        for (var i = random.nextInt(7); i > 0; i--) {
            members.put(NAMES.get(random.nextInt(NAMES.size())), json(random, depth - 1));
        }
        return members;
    }
}
