package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternFilterTest {
    private static final WireEvent EVENT = event(
            "{\"customer\": {\"country\": \"DE\"}, \"total\": 120.5, \"items\": [\"book\", \"pen\"], \"gift\": null}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\": [\"com.acme.order\"]}                                    | true",
                "{\"type\": [\"com.acme.invoice\", \"com.acme.order\"]}              | true",
                "{\"type\": [\"com.acme.invoice\"]}                                  | false",
                "{\"type\": [{\"prefix\": \"com.acme.\"}], \"source\": [\"/x\"]}     | false",
                "{\"subject\": [{\"exists\": false}]}                                | true",
                "{\"subject\": [{\"exists\": true}]}                                 | false",
                "{\"priority\": [3]}                                                 | true",
                "{\"priority\": [{\"numeric\": [\">\", 3]}]}                         | false",
                "{\"urgent\": [true]}                                                | true",
                "{\"time\": [\"2026-03-01T10:00:00Z\"]}                              | true",
                "{\"data\": {\"customer\": {\"country\": [\"DE\", \"AT\"]}}}         | true",
                "{\"data\": {\"total\": [{\"numeric\": [\">=\", 100, \"<\", 200]}]}} | true",
                "{\"data\": {\"total\": [{\"numeric\": [\"<\", 100]}]}}              | false",
                "{\"data\": {\"items\": [\"pen\"]}}                                  | true",
                "{\"data\": {\"items\": [{\"anything-but\": [\"book\", \"pen\"]}]}}  | false",
                "{\"data\": {\"gift\": [null]}}                                      | true",
                "{\"data\": {\"total\": [{\"exists\": true}]}, \"type\": [{\"suffix\": \".order\"}]} | true",
                "{\"$or\": [{\"type\": [\"x\"]}, {\"data\": {\"total\": [120.5]}}]}  | true",
                "{\"source\": [{\"wildcard\": \"/shop/*\"}]}                         | true",
            })
    void passesWhatThePatternMatches(String pattern, boolean passes) throws IOException {
        assertThat(filter(pattern).test(EVENT)).isEqualTo(passes);
        assertThat(filter(pattern).test(CloudEventBuilder.v1(EVENT).build())).isEqualTo(passes);
    }

    @Test
    void passesNothingThatAsksForDataWhichIsNoJson() throws IOException {
        EventFilter filter = filter("{\"data\": {\"total\": [{\"exists\": false}]}}");

        assertThat(filter.test(event("{}"))).isTrue();
        assertThat(filter.test(event("{} {}"))).isFalse();
        assertThat(filter.test(event("not json"))).isFalse();
        assertThat(filter.test(event(""))).isFalse();
        assertThat(filter.test(event("[".repeat(100_000)))).isFalse();
        assertThat(filter.test(
                        event("{}").toBuilder().dataContentType("text/plain").build()))
                .isFalse();
        assertThat(filter.test(event("{}").toBuilder()
                        .dataContentType("application/vnd.a+json; x=y")
                        .build()))
                .isTrue();
    }

    @Test
    void takesAnEventWithoutDataForOneWithNothingInIt() throws IOException {
        WireEvent event = WireEvent.builder().id("1").source("/s").type("t").build();

        assertThat(filter("{\"data\": {\"total\": [{\"exists\": false}]}}").test(event))
                .isTrue();
        assertThat(filter("{\"data\": {\"total\": [{\"exists\": true}]}}").test(event))
                .isFalse();
    }

    @Test
    void readsDataOnlyForAPatternThatNamesIt() throws IOException {
        CloudEventData unread = () -> {
            throw new AssertionError("the data was read");
        };
        var event =
                CloudEventBuilder.v1(EVENT).withData("application/json", unread).build();

        assertThat(filter("{\"type\": [\"com.acme.order\"]}").test(event)).isTrue();
    }

    @Test
    void describesItselfByItsJson() throws IOException {
        assertThat(filter("{\"type\": [\"a\"]}")).hasToString("pattern \"{\\\"type\\\":[\\\"a\\\"]}\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\": \"a\"}                      | must be an event pattern: \"type\" must be an object or an array",
                "{\"type\": []}                         | must be an event pattern: Empty arrays are not allowed",
                "{\"type\": [{\"like\": \"a\"}]}        | must be an event pattern: Unrecognized match type like",
                "{\"Type\": [\"a\"]}                    | must ask for attributes (a-z and 0-9) and data: 'Type' is neither",
                "{\"$or\": [{\"a_b\": [1]}, {\"b\": [1]}]} | must ask for attributes (a-z and 0-9) and data: 'a_b' is neither",
            })
    void refusesWhatIsNoPattern(String pattern, String rule) {
        InvalidFilterException refusal = catchThrowableOfType(InvalidFilterException.class, () -> filter(pattern));

        assertThat(refusal.path()).isEqualTo("filters[0].pattern");
        assertThat(refusal.mistakes()).singleElement().satisfies(mistake -> assertThat(mistake.rule())
                .startsWith(rule));
    }

    @Test
    void refusesWildcardsThatFollowTooManyPathsAtOnce() {
        for (String wildcard : List.of("*a".repeat(30), "*a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q*r*s*t*u*v*w*x*y*z")) {
            Map<String, ?> pattern = Map.of("type", List.of(Map.of("wildcard", wildcard)));
            assertThat(catchThrowableOfType(
                            InvalidFilterException.class, () -> Filters.compile(List.of(Map.of("pattern", pattern)))))
                    .hasMessageContaining("must not have so many wildcards");
        }
    }

    @Test
    void refusesAlternativesThatMultiplyBeyondAThousand() {
        Map<String, Object> pattern = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            pattern.put("a" + i, Map.of("$or", List.of(Map.of("x", List.of(1)), Map.of("y", List.of(1)))));
        }

        assertThat(catchThrowableOfType(
                        InvalidFilterException.class, () -> Filters.compile(List.of(Map.of("pattern", pattern)))))
                .hasMessageContaining("must not have more than 1000 combinations of $or");
    }

    @Test
    void refusesNestingBeyond64WithoutOverflowingTheStack() {
        for (int depth : new int[] {64, 100_000}) {
            Object nested = new ArrayList<>(List.of(1));
            for (int i = 0; i < depth; i++) {
                nested = Map.of("a", nested);
            }
            Object pattern = nested;
            assertThat(catchThrowableOfType(
                            InvalidFilterException.class, () -> Filters.compile(List.of(Map.of("pattern", pattern)))))
                    .hasMessageContaining("must not be nested deeper than 64");
        }
    }

    private static EventFilter filter(String pattern) throws IOException {
        return Filters.compile(List.of(Map.of("pattern", new ObjectMapper().readValue(pattern, Map.class))));
    }

    private static WireEvent event(String data) {
        return WireEvent.builder()
                .id("1")
                .source("/shop/a")
                .type("com.acme.order")
                .time("2026-03-01T10:00:00Z")
                .extension("priority", 3)
                .extension("urgent", true)
                .dataContentType("application/json")
                .data(EventData.of(data.getBytes(StandardCharsets.UTF_8)))
                .build();
    }
}
