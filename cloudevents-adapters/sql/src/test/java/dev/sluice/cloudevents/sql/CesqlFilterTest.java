package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.InvalidFilterException.Mistake;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CesqlFilterTest {
    private static final WireEvent EVENT = WireEvent.builder()
            .id("1")
            .source("/shop/a")
            .type("com.acme.order.created")
            .extension("priority", "high")
            .extension("flag", "true")
            .build();

    @Test
    void passesWhatIsTrueInEitherSpellingOfTheDialect() {
        for (String dialect : List.of("cesql", "sql")) {
            EventFilter filter =
                    Filters.compile(List.of(Map.of(dialect, "type LIKE 'com.acme.%' AND priority = 'high'")));

            assertThat(filter.test(EVENT)).isTrue();
            assertThat(filter.test(EVENT.with("priority", "low"))).isFalse();
            assertThat(filter.errors()).isZero();
            assertThat(filter.lastError()).isNull();
        }
    }

    @Test
    void countsAndExplainsErrorsWhichAreNoMatch() {
        EventFilter filter = Filters.compile(
                List.of(FiltersTest.prefix("type", "com."), Map.of("any", List.of(Map.of("cesql", "priority > 3")))));

        assertThat(filter.test(EVENT)).isFalse();
        assertThat(filter.lastError()).isEqualTo("CESQL \"priority > 3\", at character 1: \"high\" is no Integer");
        assertThat(filter.test(EVENT.with("priority", "4"))).isTrue();
        assertThat(filter.test(EVENT.toBuilder().extension("priority", null).build()))
                .isFalse();

        assertThat(filter.errors()).isEqualTo(2);
        assertThat(filter.lastError()).isEqualTo("CESQL \"priority > 3\", at character 1: the event has no priority");
    }

    @Test
    void explainsTheLastErrorOfEachExpression() {
        EventFilter filter = Filters.compile(List.of(Map.of("cesql", "a = 'x'"), Map.of("cesql", "b = 'x'")));

        filter.test(EVENT);
        filter.test(EVENT.with("a", "x"));

        assertThat(filter.lastError())
                .isEqualTo("CESQL \"a = 'x'\", at character 1: the event has no a;"
                        + " CESQL \"b = 'x'\", at character 1: the event has no b");
    }

    @Test
    void passesTheNotOfAnErrorAsOfAnyFilterThatFails() {
        EventFilter filter = Filters.compile(List.of(Map.of("not", Map.of("cesql", "nope = 1"))));

        assertThat(filter.test(EVENT)).isTrue();
        assertThat(filter.errors()).isEqualTo(1);
        assertThat(filter.lastError()).isEqualTo("CESQL \"nope = 1\", at character 1: the event has no nope");
    }

    @Test
    void takesATextThatSaysTrueForNoBoolean() {
        EventFilter filter = Filters.compile(List.of(Map.of("cesql", "flag")));

        assertThat(filter.test(EVENT)).isFalse();
        assertThat(filter.lastError())
                .isEqualTo("CESQL \"flag\", at character 1: a Boolean is needed and this is of type String");
        assertThat(filter.test(EVENT.toBuilder().extension("flag", true).build()))
                .isTrue();
        assertThat(Filters.compile(List.of(Map.of("cesql", "BOOL(flag)"))).test(EVENT))
                .isTrue();
    }

    @Test
    void describesItselfByItsText() {
        assertThat(Filters.compile(List.of(Map.of("cesql", "type = \"a\"")))).hasToString("CESQL \"type = \\\"a\\\"\"");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "``            | must be an expression of CESQL",
                "type =        | must be an expression of CESQL: at character 7: expected a value: an attribute, a literal, a function or '(', found the end",
                "NOPE(type)    | must be an expression of CESQL: at character 1: there is no function NOPE",
                "true OR LEFT(1) = 'a' | must be an expression of CESQL: at character 9: function LEFT does not take 1 argument",
                "type          | must give a Boolean, not a value of type String",
                "LENGTH(type)  | must give a Boolean, not a value of type Integer",
                "'true'        | must give a Boolean, not a value of type String",
            })
    void refusesWhatCannotJudge(String text, String rule) {
        InvalidFilterException refusal = catchThrowableOfType(
                InvalidFilterException.class,
                () -> Filters.compile(List.of(Map.of("all", List.of(Map.of("cesql", text))))));

        assertThat(refusal.mistakes()).containsExactly(Mistake.of("filters[0].all[0].cesql", text, rule));
    }

    @Test
    void refusesWhatIsNoText() {
        for (Object value : List.of(List.of(), Map.of(), 1.5)) {
            assertThat(catchThrowableOfType(
                            InvalidFilterException.class, () -> Filters.compile(List.of(Map.of("sql", value)))))
                    .hasMessageContaining("filters[0].sql")
                    .hasMessageContaining("must be an expression of CESQL");
        }
        assertThat(Filters.compile(List.of(Map.of("sql", true))).test(EVENT)).isTrue();
    }
}
