package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.cloudevents.WireEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CesqlSyntaxTest {
    private static final WireEvent EVENT =
            WireEvent.builder().id("1").source("/s").type("t").build();

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "``                | 1  | expected a value: an attribute, a literal, a function or '(', found the end",
                "1 =               | 4  | expected a value: an attribute, a literal, a function or '(', found the end",
                "1 = 1 2           | 7  | expected an operator or the end, found '2'",
                "1 = 1; 2          | 6  | ';' has no meaning here: expected a value or an operator",
                "(1 = 1            | 7  | expected an operator or ')', found the end",
                "1 = 1)            | 6  | expected an operator or the end, found ')'",
                "ABC(              | 5  | expected a value: an attribute, a literal, a function or '(', found the end",
                "CONCAT('a' 'b')   | 12 | expected an operator, ',' or ')', found the string 'b'",
                "'abc              | 1  | a string begins that does not end: expected '",
                "type = \"a'       | 8  | a string begins that does not end: expected \"",
                "type = 'a\\'      | 8  | a string begins that does not end: expected '",
                "type LIKE 12      | 11 | expected a string, the pattern of LIKE, found '12'",
                "type LIKE id      | 11 | expected a string, the pattern of LIKE, found 'id'",
                "type NOT = 'a'    | 10 | expected LIKE or IN after NOT, found '='",
                "type IN 'a'       | 9  | expected '(', the set of IN, found the string 'a'",
                "type IN ()        | 10 | expected a value: an attribute, a literal, a function or '(', found ')'",
                "EXISTS 'a'        | 8  | the string 'a' is no attribute: expected a name of a-z and 0-9",
                "EXISTS data       | 8  | data cannot be asked for: expected an attribute of the event",
                "data = 'a'        | 1  | data cannot be asked for: expected an attribute of the event",
                "my_ext = 'a'      | 1  | 'my_ext' is no attribute: expected a name of a-z and 0-9 alone",
                "F2('a')           | 1  | 'F2' is no name of a function: expected letters and underscores",
                "1 ! 2             | 3  | '!' alone: expected != or NOT",
                "1 = +type         | 6  | expected a number after '+', found 'type'",
                "'😀' = é          | 7  | 'é' has no meaning here: expected a value or an operator",
                "a = 2147483648    | 5  | '2147483648' is too big: expected a number of 32 bits",
                "a = -2147483649   | 6  | '2147483649' is too big: expected a number of 32 bits",
                "a = 99999999999999999999 | 5 | '99999999999999999999' is too big: expected a number of 32 bits",
                "type == 'a'       | 7  | expected a value: an attribute, a literal, a function or '(', found '='",
                "type = and        | 8  | expected a value: an attribute, a literal, a function or '(', found 'and'",
            })
    void namesTheCharacterAndWhatWasExpected(String text, int position, String message) {
        InvalidCesqlException invalid = catchThrowableOfType(InvalidCesqlException.class, () -> Cesql.parse(text));

        assertThat(invalid.error()).isEqualTo(new CesqlError(CesqlError.Kind.PARSE, position, message));
        assertThat(invalid).hasMessage("at character " + position + ": " + message);
        assertThat(invalid.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "1 + 2 * 3 = 7                  | true",
                "(1 + 2) * 3 = 9                | true",
                "10 - 4 - 3 = 3                 | true",
                "-2 * 3 = -6                    | true",
                "2 - -1 = 3                     | true",
                "4 -1 = 3                       | true",
                "+5 = 5                         | true",
                "1 < 2 = true                   | true",
                "NOT false = true               | true",
                "NOT false AND false            | false",
                "'a' LIKE 'a' = true            | true",
                "NOT true LIKE '%e'             | true",
                "1 IN (2, 1) AND 'b' NOT IN ('a') | true",
                "true OR true AND false         | false",
                "true OR (true AND false)       | true",
                "false AND true OR true         | true",
                "true xOr TRUE                  | false",
                "eXists TYPE                    | true",
                "007 = 7                        | true",
                "-2147483648 < 0                | true",
            })
    void bindsAsTheSpecificationRanksOperators(String text, boolean value) {
        assertThat(Cesql.parse(text).evaluate(EVENT)).isEqualTo(new CesqlResult(value, List.of()));
    }

    @Test
    void skipsSpaceBetweenWords() {
        assertThat(Cesql.parse("\tlength (\r\n'a'\n)\t=1 ").evaluate(EVENT))
                .isEqualTo(new CesqlResult(true, List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "'it\\'s'    | it's",
                "\"it's\"    | it's",
                "'it''s'     | it's",
                "'a\\\"b'    | a\\\"b",
                "'a\\\\'     | a\\\\",
                "'a\\nb'     | a\\nb",
                "'😀'        | 😀",
            })
    void readsStringsWithTheirQuotesEscaped(String text, String value) {
        assertThat(Cesql.parse(text).evaluate(EVENT).value()).isEqualTo(value);
    }

    @Test
    void refusesMoreThanFourKibibytes() {
        String fits = "'" + "é".repeat(2_047) + "'";
        assertThat(Cesql.parse(fits)).hasToString(fits);

        assertRefused("'" + "é".repeat(2_048) + "'", "must not be longer than 4096 bytes");
        assertRefused("1".repeat(10_000_000), "must not be longer than 4096 bytes");
    }

    @Test
    void refusesNestingBeyond64WithoutOverflowingTheStack() {
        assertThat(Cesql.parse("(".repeat(64) + "1" + ")".repeat(64))).isNotNull();

        assertRefused("(".repeat(65) + "1" + ")".repeat(65), "must not be nested deeper than 64");
        assertRefused("(".repeat(4_096), "must not be nested deeper than 64");
        assertRefused("NOT ".repeat(1_000) + "1", "must not be nested deeper than 64");
        assertRefused("- ".repeat(2_000) + "id", "must not be nested deeper than 64");
        assertRefused("ABS(".repeat(1_000), "must not be nested deeper than 64");
        assertRefused("1 IN (".repeat(600), "must not be nested deeper than 64");
    }

    @Test
    void refusesMoreThanAThousandParts() {
        assertThat(Cesql.parse("1" + "+1".repeat(499))).isNotNull();

        assertRefused("1" + "+1".repeat(500), "must not have more than 1000 parts");
    }

    /** Operators of one rank in a row nest to the left as deep as they are many. */
    @Test
    void evaluatesTheLongestChainOnASmallStack() throws InterruptedException {
        Cesql chain = Cesql.parse("1" + "+1".repeat(499));
        CesqlResult[] result = new CesqlResult[1];
        Thread small = new Thread(null, () -> result[0] = chain.evaluate(EVENT), "small stack", 256 << 10);
        small.start();
        small.join();

        assertThat(result[0].value()).isEqualTo(500);
    }

    @Test
    void refusesHalvesOfCharacters() {
        assertRefused("'\ud83d'", "half a character");
        assertRefused("\ud83d", "has no meaning here");
    }

    private static void assertRefused(String text, String rule) {
        assertThat(catchThrowableOfType(InvalidCesqlException.class, () -> Cesql.parse(text)))
                .hasMessageContaining(rule)
                .hasMessageStartingWith("at character ");
    }
}
