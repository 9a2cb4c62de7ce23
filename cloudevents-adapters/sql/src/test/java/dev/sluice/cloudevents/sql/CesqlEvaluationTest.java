package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CesqlEvaluationTest {
    private static final WireEvent EVENT = WireEvent.builder()
            .id("1")
            .source("/shop/a")
            .type("com.acme.order")
            .time("2020-01-01T00:00:00+02:00")
            .extension("priority", 3)
            .extension("urgent", true)
            .extension("face", "a😀b")
            .build();

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("time = '2020-01-01T00:00:00+02:00'", true),
                arguments("LENGTH(face)", 3),
                arguments("LEFT(face, 2)", "a😀"),
                arguments("RIGHT(face, 2)", "😀b"),
                arguments("SUBSTRING(face, 2)", "😀b"),
                arguments("SUBSTRING(face, 2, 1)", "😀"),
                arguments("SUBSTRING(face, -2, 1)", "😀"),
                arguments("SUBSTRING(face, 3, 2147483647)", "b"),
                arguments("face LIKE 'a_b'", true),
                arguments("face LIKE '__b'", true),
                arguments("face LIKE 'a__b'", false),
                arguments("face LIKE '%😀%'", true),
                arguments("TRIM('\u00a0\u2003a\u0001\u3000')", "a\u0001"),
                arguments("TRIM('\u0001 a')", "\u0001 a"),
                arguments("UPPER('straße i')", "STRASSE I"),
                arguments("priority + 1", 4),
                arguments("priority = '3'", true),
                arguments("'3' = priority", true),
                arguments("'03' = priority", true),
                arguments("priority = '03'", false),
                arguments("urgent", true),
                arguments("urgent AND priority > 2", true),
                arguments("-7 / 2", -3),
                arguments("-7 % 2", -1),
                arguments("7 % -2", 1),
                arguments("INT('+12')", 12),
                arguments("'TRUE' IN (true)", false),
                arguments("CONCAT_WS('-', priority, urgent, 'x')", "3-true-x"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void givesTheValueInBothModes(String text, Object value) {
        CesqlResult expected = new CesqlResult(value, List.of());

        assertThat(Cesql.parse(text).evaluate(EVENT)).isEqualTo(expected);
        assertThat(Cesql.parse(text).evaluateFailFast(EVENT)).isEqualTo(expected);
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                arguments("1 + 2147483647", Integer.MAX_VALUE, Kind.MATH, 3, "2147483648 is no Integer of 32 bits"),
                arguments("-2 - 2147483647", Integer.MIN_VALUE, Kind.MATH, 4, "-2147483649 is no Integer of 32 bits"),
                arguments("2147483647 * -2", Integer.MIN_VALUE, Kind.MATH, 12, "-4294967294 is no Integer of 32 bits"),
                arguments("-(-2147483648)", Integer.MAX_VALUE, Kind.MATH, 1, "2147483648 is no Integer of 32 bits"),
                arguments("-2147483648 / -1", Integer.MAX_VALUE, Kind.MATH, 13, "2147483648 is no Integer of 32 bits"),
                arguments("1 % 0", 0, Kind.MATH, 3, "division by zero"),
                arguments("type > 3", false, Kind.CAST, 1, "\"com.acme.order\" is no Integer"),
                arguments("INT('12345678901')", 0, Kind.CAST, 1, "\"12345678901\" is no Integer"),
                arguments("INT('٣')", 0, Kind.CAST, 1, "\"٣\" is no Integer"),
                arguments("INT('-')", 0, Kind.CAST, 1, "\"-\" is no Integer"),
                arguments("INT('')", 0, Kind.CAST, 1, "\"\" is no Integer"),
                arguments("type AND true", false, Kind.CAST, 1, "\"com.acme.order\" is no Boolean"),
                arguments("subject = 'a'", false, Kind.MISSING_ATTRIBUTE, 1, "the event has no subject"),
                arguments("subject NOT LIKE 'a'", false, Kind.MISSING_ATTRIBUTE, 1, "the event has no subject"),
                arguments("1 NOT IN (2, nope)", false, Kind.MISSING_ATTRIBUTE, 14, "the event has no nope"),
                arguments("LENGTH(subject)", 0, Kind.MISSING_ATTRIBUTE, 8, "the event has no subject"),
                arguments("NOPE(1)", false, Kind.MISSING_FUNCTION, 1, "there is no function NOPE"),
                arguments("LENGTH(1, 2)", false, Kind.MISSING_FUNCTION, 1, "function LENGTH does not take 2 arguments"),
                arguments(
                        "SUBSTRING('abc', 1, -1)",
                        "",
                        Kind.FUNCTION_EVALUATION,
                        1,
                        "SUBSTRING cannot take -1 characters"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void givesValueAndErrorInBothModes(String text, Object value, Kind kind, int position, String message) {
        CesqlResult expected = new CesqlResult(value, List.of(new CesqlError(kind, position, message)));

        assertThat(Cesql.parse(text).evaluate(EVENT)).isEqualTo(expected);
        assertThat(Cesql.parse(text).evaluateFailFast(EVENT)).isEqualTo(expected);
    }

    @Test
    void goesOnAfterAnErrorOnlyWhenAskedTo() {
        Cesql expression = Cesql.parse("true AND 0 = 1 / 0 AND LENGTH(LEFT('ab', -1)) = 2");

        CesqlResult complete = expression.evaluate(EVENT);
        assertThat(complete.value()).isEqualTo(true);
        assertThat(complete.errors()).extracting(CesqlError::kind).containsExactly(Kind.MATH, Kind.FUNCTION_EVALUATION);

        CesqlResult failFast = expression.evaluateFailFast(EVENT);
        assertThat(failFast.value()).isEqualTo(false);
        assertThat(failFast.errors()).extracting(CesqlError::kind).containsExactly(Kind.MATH);
    }

    @Test
    void leavesTheRightSideAloneWhereTheLeftDecides() {
        assertThat(Cesql.parse("false AND nope = 1").evaluate(EVENT)).isEqualTo(new CesqlResult(false, List.of()));
        assertThat(Cesql.parse("true OR nope = 1").evaluate(EVENT)).isEqualTo(new CesqlResult(true, List.of()));
        assertThat(Cesql.parse("1 IN (1, nope)").evaluate(EVENT)).isEqualTo(new CesqlResult(true, List.of()));
    }

    @Test
    void readsForeignEventsAlike() {
        var foreign = CloudEventBuilder.v1(EVENT)
                .withTime(OffsetDateTime.parse("2020-01-01T00:00:00+02:00"))
                .build();

        assertThat(Cesql.parse("priority = 3 AND urgent AND time LIKE '2020-01-01T00:00:00%'")
                        .evaluate(foreign))
                .isEqualTo(new CesqlResult(true, List.of()));
    }
}
