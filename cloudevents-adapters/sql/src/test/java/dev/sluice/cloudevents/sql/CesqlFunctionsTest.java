package dev.sluice.cloudevents.sql;

import static dev.sluice.cloudevents.sql.CesqlType.ANY;
import static dev.sluice.cloudevents.sql.CesqlType.BOOLEAN;
import static dev.sluice.cloudevents.sql.CesqlType.INTEGER;
import static dev.sluice.cloudevents.sql.CesqlType.STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CesqlFunctionsTest {
    private static final WireEvent EVENT =
            WireEvent.builder().id("1").source("/s").type("t").build();

    /** The examples of section 3.5 of the specification. */
    @Test
    void allowsOverloadsByTheirNumberOfParameters() {
        CesqlFunctions functions = CesqlFunctions.builder()
                .add("abc", List.of(STRING), INTEGER, arguments -> 1)
                .add("ABC", List.of(STRING, STRING), INTEGER, arguments -> 2)
                .addVariadic("Abc", List.of(STRING, STRING, STRING), STRING, INTEGER, List::size)
                .build();

        assertThat(value("ABC('x')", functions)).isEqualTo(1);
        assertThat(value("abc('x', 'y')", functions)).isEqualTo(2);
        assertThat(value("Abc('x', 'y', 'z')", functions)).isEqualTo(3);
        assertThat(value("ABC('x', 'y', 'z', 1, true)", functions)).isEqualTo(5);
        assertThat(Cesql.parse("ABC()", functions).evaluate(EVENT).errors())
                .extracting(CesqlError::message)
                .containsExactly("function ABC does not take 0 arguments");
    }

    @Test
    void refusesOverloadsThatCouldBeMeantBoth() {
        CesqlFunctions.Builder builder = CesqlFunctions.builder()
                .add("ABC", List.of(STRING), INTEGER, arguments -> 1)
                .add("ABC", List.of(STRING, STRING), INTEGER, arguments -> 2)
                .addVariadic("ABC", List.of(STRING, STRING, STRING), STRING, INTEGER, arguments -> 3);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.addVariadic("ABC", List.of(), STRING, INTEGER, arguments -> 4))
                .withMessage("CESQL function ABC(String...) cannot stand beside ABC(String)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("ABC", List.of(STRING, STRING, STRING), INTEGER, arguments -> 4))
                .withMessage("CESQL function ABC(String, String, String) cannot stand beside"
                        + " ABC(String, String, String, String...)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.addVariadic(
                        "ABC", List.of(STRING, STRING, STRING, STRING), STRING, INTEGER, arguments -> 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("ABC", List.of(BOOLEAN), STRING, arguments -> ""));
    }

    @Test
    void keepsTheSpecificationsFunctionsAsTheyAre() {
        CesqlFunctions.Builder builder = CesqlFunctions.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("length", List.of(STRING), INTEGER, arguments -> 7));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("CONCAT", List.of(STRING, STRING), STRING, arguments -> ""));
        builder.add("LENGTH", List.of(STRING, STRING), INTEGER, arguments -> 7);
        assertThat(value("LENGTH('abc') + LENGTH('a', 'b')", builder.build())).isEqualTo(10);
        assertThat(Cesql.parse("LENGTH('a', 'b')").evaluate(EVENT).errors()).hasSize(1);
    }

    @Test
    void refusesNamesThatNoExpressionCouldCall() {
        for (String name : List.of("", "F1", "_F", "a b", "é")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CesqlFunctions.builder().add(name, List.of(), STRING, arguments -> ""))
                    .withMessage(
                            "CESQL function \"" + name + "\" must be letters and underscores, beginning with a letter");
        }
    }

    @Test
    void castsArgumentsToTheDeclaredTypes() {
        CesqlFunctions functions = CesqlFunctions.builder()
                .add("SHOW", List.of(STRING, INTEGER, BOOLEAN, ANY), STRING, Object::toString)
                .build();

        assertThat(value("SHOW(1, '2', 'TRUE', '4')", functions)).isEqualTo("[1, 2, true, 4]");
        assertThat(Cesql.parse("SHOW(1, 'x', true, 4)", functions)
                        .evaluate(EVENT)
                        .errors())
                .extracting(CesqlError::kind)
                .containsExactly(Kind.CAST);
    }

    @Test
    void makesErrorsOfWhatAFunctionDoesWrong() {
        CesqlFunctions functions = CesqlFunctions.builder()
                .add("FAIL", List.of(), INTEGER, arguments -> {
                    throw new IllegalStateException("no luck\n");
                })
                .add("LIE", List.of(), INTEGER, arguments -> "text")
                .add("LONG", List.of(), ANY, arguments -> 1L)
                .add("CHANGE", List.of(STRING), STRING, arguments -> arguments.remove(0))
                .build();

        Map.of(
                        "FAIL()", "function failed: java.lang.IllegalStateException: no luck\\u000a",
                        "LIE()", "function gave String, which is no Integer",
                        "LONG()", "function gave Long, which is no value",
                        "CHANGE('a')", "function failed: java.lang.UnsupportedOperationException: null")
                .forEach((text, message) -> {
                    CesqlResult result = Cesql.parse(text, functions).evaluate(EVENT);
                    assertThat(result.errors())
                            .singleElement()
                            .satisfies(error -> assertThat(error.kind()).isEqualTo(Kind.FUNCTION_EVALUATION))
                            .satisfies(error -> assertThat(error.message()).startsWith(message.replace(": null", "")));
                    assertThat(result.value()).isIn(0, false, "");
                });
    }

    @Test
    void areAtHandInFilters() {
        CesqlFunctions functions = CesqlFunctions.builder()
                .add("IS_ONE", List.of(STRING), BOOLEAN, arguments -> arguments
                        .get(0)
                        .equals("1"))
                .build();

        assertThat(Filters.compile(List.of(Map.of("cesql", "is_one(id)")), functions)
                        .test(EVENT))
                .isTrue();
        assertThat(Filters.compile(List.of(Map.of("cesql", "is_one(source)")), functions)
                        .test(EVENT))
                .isFalse();
    }

    private static Object value(String text, CesqlFunctions functions) {
        CesqlResult result = Cesql.parse(text, functions).evaluate(EVENT);
        assertThat(result.errors()).isEmpty();
        return result.value();
    }
}
