package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FiltersTest {
    private static final WireEvent EVENT = WireEvent.builder()
            .id("1")
            .source("/shop/a")
            .type("com.acme.order.created")
            .time("2018-04-05T17:31:00Z")
            .extension("priority", 3)
            .extension("urgent", true)
            .extension("region", "eu")
            .build();

    static Stream<Arguments> filters() {
        return Stream.of(
                arguments(Map.of("exact", Map.of("type", "com.acme.order.created")), true),
                arguments(Map.of("exact", Map.of("type", "com.acme.order")), false),
                arguments(Map.of("exact", Map.of("type", "COM.ACME.ORDER.CREATED")), false),
                arguments(Map.of("exact", Map.of("type", "com.acme.order.created", "region", "eu")), true),
                arguments(Map.of("exact", Map.of("type", "com.acme.order.created", "region", "us")), false),
                arguments(Map.of("exact", Map.of("priority", 3)), true),
                arguments(Map.of("exact", Map.of("priority", "3")), true),
                arguments(Map.of("exact", Map.of("urgent", true)), true),
                arguments(Map.of("exact", Map.of("specversion", "1.0")), true),
                arguments(Map.of("exact", Map.of("time", "2018-04-05T17:31:00Z")), true),
                arguments(Map.of("exact", Map.of("subject", "x")), false),
                arguments(Map.of("prefix", Map.of("type", "com.acme.")), true),
                arguments(Map.of("prefix", Map.of("source", "/shop")), true),
                arguments(Map.of("prefix", Map.of("type", "com.acme.", "source", "/x")), false),
                arguments(Map.of("prefix", Map.of("subject", "x")), false),
                arguments(Map.of("suffix", Map.of("type", ".created")), true),
                arguments(Map.of("suffix", Map.of("type", ".deleted")), false),
                arguments(Map.of("suffix", Map.of("subject", "x")), false),
                arguments(Map.of("not", Map.of("exact", Map.of("subject", "x"))), true),
                arguments(Map.of("not", Map.of("exact", Map.of("region", "eu"))), false),
                arguments(Map.of("not", Map.of("not", Map.of("exact", Map.of("region", "eu")))), true),
                arguments(Map.of("all", List.of(prefix("type", "com."), prefix("source", "/shop"))), true),
                arguments(Map.of("all", List.of(prefix("type", "com."), prefix("source", "/x"))), false),
                arguments(Map.of("any", List.of(prefix("type", "org."), prefix("source", "/shop"))), true),
                arguments(Map.of("any", List.of(prefix("type", "org."), prefix("source", "/x"))), false));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void passesWhatTheDialectSays(Map<String, ?> filter, boolean passes) {
        EventFilter compiled = Filters.compile(List.of(filter));

        assertThat(compiled.test(EVENT)).isEqualTo(passes);
    }

    /** An event of the SDK's own, whose attributes are typed, is filtered by the same texts. */
    @ParameterizedTest
    @MethodSource("filters")
    void filtersForeignEventsAlike(Map<String, ?> filter, boolean passes) {
        CloudEvent foreign = CloudEventBuilder.v1(EVENT).build();

        assertThat(Filters.compile(List.of(filter)).test(foreign)).isEqualTo(passes);
    }

    @Test
    void passesEverythingWithoutFilters() {
        assertThat(Filters.compile(List.of())).isSameAs(EventFilter.PASS);
        assertThat(EventFilter.PASS.test(EVENT)).isTrue();
        assertThat(EventFilter.PASS.describe()).isEqualTo("every event");
    }

    @Test
    void passesOnlyWhatAllFiltersOfTheListPass() {
        assertThat(Filters.compile(List.of(prefix("type", "com."), prefix("region", "e")))
                        .test(EVENT))
                .isTrue();
        assertThat(Filters.compile(List.of(prefix("type", "com."), prefix("region", "u")))
                        .test(EVENT))
                .isFalse();
    }

    @Test
    void takesKnativeAttributesForExactOrPresent() {
        assertThat(Filters.attributes(Map.of("type", "com.acme.order.created", "region", ""))
                        .test(EVENT))
                .isTrue();
        assertThat(Filters.attributes(Map.of("type", "com.acme.order.created", "subject", ""))
                        .test(EVENT))
                .isFalse();
        assertThat(Filters.attributes(Map.of("type", "com.acme.order")).test(EVENT))
                .isFalse();
        assertThat(Filters.attributes(Map.of())).isSameAs(EventFilter.PASS);
    }

    @Test
    void seesAnEmptyExtensionAsPresent() {
        assertThat(Filters.attributes(Map.of("note", "")).test(EVENT.with("note", "")))
                .isTrue();
        assertThat(Filters.attributes(Map.of("note", "")).test(EVENT)).isFalse();
    }

    @Test
    void describesItselfInWords() {
        Map<String, String> two = new LinkedHashMap<>();
        two.put("type", "com.");
        two.put("subject", "\"x\"");
        EventFilter filter = Filters.compile(List.of(
                Map.of("prefix", two),
                Map.of(
                        "any",
                        List.of(
                                Map.of("suffix", Map.of("id", "1")),
                                Map.of("not", Map.of("exact", Map.of("region", "eu")))))));

        assertThat(filter.describe())
                .isEqualTo("type starts with \"com.\" and subject starts with \"\\\"x\\\"\""
                        + " and (id ends with \"1\" or not (region is \"eu\"))");
        assertThat(Filters.attributes(Map.of("region", ""))).hasToString("region is present");
        assertThat(Filters.compile(List.of(Map.of(
                                "any",
                                List.of(Map.of("all", List.of(prefix("a", "1"), prefix("b", "2"))), prefix("c", "3")))))
                        .describe())
                .isEqualTo("(a starts with \"1\" and b starts with \"2\") or c starts with \"3\"");
    }

    @Test
    void readsTypedForeignAttributesAsTheirCanonicalText() {
        CloudEvent foreign = CloudEventBuilder.v1(EVENT)
                .withDataSchema(URI.create("urn:a:b"))
                .build();

        assertThat(Filters.compile(List.of(Map.of("exact", Map.of("dataschema", "urn:a:b"))))
                        .test(foreign))
                .isTrue();
    }

    static Map<String, ?> prefix(String attribute, String value) {
        return Map.of("prefix", Map.of(attribute, value));
    }
}
