package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.WireEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FilterVerdictTest {
    private static final WireEvent EVENT = WireEvent.builder()
            .id("1")
            .source("/shop/a")
            .type("org.x")
            .dataContentType("application/json")
            .data("{\"total\": 12, \"items\": [{\"sku\": \"pen\", \"n\": 1}, {\"sku\": \"cup\", \"n\": 2}]}")
            .extension("region", "us")
            .extension("evil", "a\"b\u202e")
            .build();

    static Stream<Arguments> misses() {
        return Stream.of(
                arguments(exact("type", "a.b"), "type is \"a.b\" did not match: type is \"org.x\""),
                arguments(exact("subject", "x"), "subject is \"x\" did not match: the event has no subject"),
                arguments(
                        Map.of("prefix", Map.of("type", "com.acme.")),
                        "type starts with \"com.acme.\" did not match: type is \"org.x\""),
                arguments(
                        Map.of("suffix", Map.of("type", ".y")),
                        "type ends with \".y\" did not match: type is \"org.x\""),
                arguments(
                        Map.of("all", List.of(exact("type", "org.x"), exact("region", "eu"), exact("subject", "x"))),
                        "region is \"eu\" did not match: region is \"us\""),
                arguments(
                        Map.of("any", List.of(exact("type", "a"), exact("type", "b"), exact("region", "eu"))),
                        "type is \"a\" or type is \"b\" or region is \"eu\" did not match:"
                                + " type is \"org.x\"; region is \"us\""),
                arguments(
                        Map.of("not", exact("type", "org.x")),
                        "not (type is \"org.x\") did not match: type is \"org.x\""),
                arguments(exact("evil", "good"), "evil is \"good\" did not match: evil is \"a\\\"b\\u202e\""),
                arguments(cesql("type = 'a'"), "CESQL \"type = 'a'\" did not match: it is false: type is \"org.x\""),
                arguments(
                        cesql("type = 'org.x' AND region = 'eu'"),
                        "CESQL \"type = 'org.x' AND region = 'eu'\" did not match: it is false at character 27:"
                                + " region is \"us\""),
                arguments(
                        cesql("LENGTH(region) > 3 OR NOT EXISTS region"),
                        "CESQL \"LENGTH(region) > 3 OR NOT EXISTS region\" did not match: it is false:"
                                + " region is \"us\""),
                arguments(
                        cesql("subject = 'a'"),
                        "CESQL \"subject = 'a'\" could not be judged: at character 1: the event has no subject"),
                arguments(
                        cesql("evil"),
                        "CESQL \"evil\" could not be judged: at character 1: a Boolean is needed and this is of type"
                                + " String"),
                arguments(
                        pattern(Map.of("type", List.of("org.x"), "data", Map.of("total", List.of(13)))),
                        "data.total is 12, which [13] does not take"),
                arguments(
                        pattern(Map.of("data", Map.of("customer", List.of("ada")))),
                        "the event has no data.customer, which [\"ada\"] does not take"),
                arguments(
                        pattern(Map.of("$or", List.of(Map.of("type", List.of("a")), Map.of("type", List.of("b"))))),
                        "none of the 2 alternatives of $or matches"),
                arguments(
                        pattern(Map.of("data", Map.of("items", Map.of("sku", List.of("pen"), "n", List.of(2))))),
                        "each part of it matches, but not within one element of a list"));
    }

    @ParameterizedTest
    @MethodSource("misses")
    void namesThePartThatDecidedAndWhatItFound(Map<String, ?> filter, String words) {
        EventFilter compiled = Filters.compile(List.of(filter));
        FilterVerdict verdict = compiled.explain(EVENT);

        assertThat(verdict.words()).endsWith(words);
        assertThat(verdict.passes()).isFalse();
        assertThat(verdict.error()).isEqualTo(words.contains("could not be judged"));
        assertThat(compiled.errors()).as("only tests count").isZero();
        assertThat(compiled.test(EVENT)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("misses")
    void agreesWithTheTestAlsoWhenTheEventPasses(Map<String, ?> filter, String words) {
        FilterVerdict verdict = Filters.compile(List.of(Map.of("not", filter))).explain(EVENT);

        assertThat(verdict.passes()).as(words).isTrue();
        assertThat(verdict.words()).contains(" matched: ");
    }

    @Test
    void saysThatThereIsNoFilter() {
        assertThat(EventFilter.PASS.explain(EVENT).words()).isEqualTo("every event passes matched: there is no filter");
    }

    @Test
    void saysThatDataIsNoJsonForAPatternThatAsksForData() {
        WireEvent text = EVENT.toBuilder().data("text/plain", new byte[] {1}).build();
        EventFilter filter = Filters.compile(List.of(pattern(Map.of("data", Map.of("total", List.of(12))))));

        assertThat(filter.explain(text).fact()).isEqualTo("its data is no JSON");
        assertThat(filter.explain(EVENT).fact()).isEqualTo("all of it matches");
    }

    private static Map<String, ?> exact(String attribute, String value) {
        return Map.of("exact", Map.of(attribute, value));
    }

    private static Map<String, ?> cesql(String expression) {
        return Map.of("cesql", expression);
    }

    private static Map<String, ?> pattern(Map<String, ?> pattern) {
        return Map.of("pattern", pattern);
    }
}
