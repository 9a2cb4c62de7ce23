package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.sql.InvalidFilterException.Mistake;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FilterMistakesTest {
    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("x", "filters[0]", "must be one filter dialect"),
                arguments(Map.of(), "filters[0]", "must be one filter dialect"),
                arguments(
                        Map.of("exact", Map.of("a", "b"), "not", Map.of()), "filters[0]", "must be one filter dialect"),
                arguments(Map.of("exakt", Map.of("a", "b")), "filters[0].exakt", "is no filter dialect"),
                arguments(Map.of("cesql", "a ="), "filters[0].cesql", "must be an expression of CESQL: at character 4"),
                arguments(Map.of("sql", "a ="), "filters[0].sql", "must be an expression of CESQL: at character 4"),
                arguments(Map.of("pattern", Map.of()), "filters[0].pattern", "must be a map, the event pattern"),
                arguments(Map.of("pattern", "type"), "filters[0].pattern", "must be a map, the event pattern"),
                arguments(Map.of("exact", "b"), "filters[0].exact", "must be a map of at least one attribute"),
                arguments(Map.of("prefix", Map.of()), "filters[0].prefix", "must be a map of at least one attribute"),
                arguments(Map.of("exact", Map.of("a", "")), "filters[0].exact.a", "must be a text that is not empty"),
                arguments(Map.of("exact", Map.of("a", List.of())), "filters[0].exact.a", "must be a text"),
                arguments(Map.of("exact", Map.of("a", 1.5)), "filters[0].exact.a", "must be a text"),
                arguments(Map.of("exact", Map.of("Type", "b")), "filters[0].exact.Type", "is no attribute name"),
                arguments(Map.of("exact", Map.of("data", "b")), "filters[0].exact.data", "is no attribute name"),
                arguments(Map.of("exact", Map.of("", "b")), "filters[0].exact.", "is no attribute name"),
                arguments(Map.of("all", List.of()), "filters[0].all", "must be a list of at least one filter"),
                arguments(Map.of("any", Map.of()), "filters[0].any", "must be a list of at least one filter"),
                arguments(Map.of("not", List.of()), "filters[0].not", "must be one filter dialect"),
                arguments(
                        Map.of("all", List.of(FiltersTest.prefix("a", "b"), Map.of("prefix", Map.of("type", "")))),
                        "filters[0].all[1].prefix.type",
                        "must be a text that is not empty"),
                arguments(
                        Map.of("not", Map.of("any", List.of(Map.of("exact", Map.of("_", "b"))))),
                        "filters[0].not.any[0].exact._",
                        "is no attribute name"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesPathAndRule(Object filter, String path, String rule) {
        InvalidFilterException refusal =
                catchThrowableOfType(InvalidFilterException.class, () -> Filters.compile(List.of(filter)));

        assertThat(refusal.path()).isEqualTo(path);
        assertThat(refusal.mistakes())
                .singleElement()
                .extracting(Mistake::rule)
                .asString()
                .startsWith(rule);
        assertThat(refusal).hasMessageContaining(path).hasMessageContaining(rule);
        assertThat(refusal.getStackTrace()).isEmpty();
    }

    @Test
    void reportsEveryMistakeAtOnceInTheirOrder() {
        InvalidFilterException refusal = catchThrowableOfType(
                InvalidFilterException.class,
                () -> Filters.compile(List.of(
                        Map.of("exact", Map.of("a", "")),
                        FiltersTest.prefix("fine", "x"),
                        Map.of("all", List.of(Map.of("nope", 1), Map.of("suffix", 7))))));

        assertThat(refusal.mistakes())
                .extracting(Mistake::path)
                .containsExactly("filters[0].exact.a", "filters[2].all[0].nope", "filters[2].all[1].suffix");
    }

    @Test
    void reportsNullsAsMistakes() {
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("exact", null);

        for (Object filter :
                Arrays.asList(null, nothing, Collections.singletonMap("all", Collections.singletonList(null)))) {
            assertThat(catchThrowableOfType(
                            InvalidFilterException.class, () -> Filters.compile(Collections.singletonList(filter))))
                    .isNotNull();
        }
    }

    @Test
    void refusesNestingBeyond64WithoutOverflowingTheStack() {
        assertThat(Filters.compile(List.of(nested(63)))).isNotNull();

        InvalidFilterException refusal =
                catchThrowableOfType(InvalidFilterException.class, () -> Filters.compile(List.of(nested(64))));
        assertThat(refusal.mistakes())
                .singleElement()
                .extracting(Mistake::rule)
                .isEqualTo("must not be nested deeper than 64");
        assertThat(catchThrowableOfType(InvalidFilterException.class, () -> Filters.compile(List.of(nested(200_000)))))
                .isNotNull();
    }

    @Test
    void refusesMoreThanAThousandConditions() {
        List<?> fits = Collections.nCopies(500, FiltersTest.prefix("type", "x"));
        List<?> many = Collections.nCopies(100_000, FiltersTest.prefix("type", "x"));

        assertThat(Filters.compile(fits)).isNotNull();
        InvalidFilterException refusal =
                catchThrowableOfType(InvalidFilterException.class, () -> Filters.compile(many));
        assertThat(refusal.mistakes()).hasSize(1);
        assertThat(refusal).hasMessageContaining("must not be more than the 1000 conditions");
    }

    @Test
    void escapesAndShortensWhatItShows() {
        InvalidFilterException refusal = catchThrowableOfType(
                InvalidFilterException.class, () -> Filters.compile(List.of("\u001b[31m\n" + "x".repeat(500))));

        assertThat(refusal.getMessage())
                .startsWith("filters[0] = \"\\u001b[31m\\u000axxx")
                .hasSizeLessThan(250);
    }

    @Test
    void namesTheAttributeOfKnativeFilters() {
        InvalidFilterException refusal =
                catchThrowableOfType(InvalidFilterException.class, () -> Filters.attributes(Map.of("my-attr", "x")));

        assertThat(refusal.path()).isEqualTo("attributes.my-attr");
    }

    private static Object nested(int depth) {
        Object filter = FiltersTest.prefix("a", "b");
        for (int i = 0; i < depth; i++) {
            filter = Map.of("not", filter);
        }
        return filter;
    }
}
