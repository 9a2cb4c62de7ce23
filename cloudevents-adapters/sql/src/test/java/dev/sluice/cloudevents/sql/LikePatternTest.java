package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LikePatternTest {
    private static final int HOSTILE_STEPS_MAX = 4_000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "abc   | abc    | true",
                "abc   | ab     | false",
                "abc   | abcd   | false",
                "abc   | %      | true",
                "``    | %      | true",
                "``    | ``     | true",
                "``    | _      | false",
                "a     | ``     | false",
                "abc   | a%     | true",
                "abc   | %c     | true",
                "abc   | %b%    | true",
                "abc   | %%b%%  | true",
                "abc   | a%abc  | false",
                "aba   | a%a    | true",
                "a     | a%a    | false",
                "abab  | %ab%ab | true",
                "ab    | %ab%ab | false",
                "ab1cd | %b_c%  | true",
                "ab1d  | %b_c%  | false",
                "a_c   | a\\_c  | true",
                "abc   | a\\_c  | false",
                "a%    | a\\%   | true",
                "a\\c  | a\\c   | true",
                "a\\\\%| a\\\\% | false",
                "a\\%  | a\\\\% | true",
                "a\\   | a\\    | true",
                "ABC   | abc    | false",
            })
    void matchesAsItsWildcardsSay(String text, String pattern, boolean matches) {
        assertThat(LikePattern.of(pattern).matches(text)).isEqualTo(matches);
    }

    /** The plainest definition there is; exponential, so for short texts. */
    private static boolean byDefinition(List<String> pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("%")) {
            return byDefinition(rest, text)
                    || (!text.isEmpty() && byDefinition(pattern, text.substring(text.offsetByCodePoints(0, 1))));
        }
        if (text.isEmpty()) {
            return false;
        }
        String first = text.substring(0, text.offsetByCodePoints(0, 1));
        boolean same = pattern.get(0).equals("_") || pattern.get(0).endsWith(first);
        return same && byDefinition(rest, text.substring(first.length()));
    }

    @Property(tries = 2_000)
    void matchesWhatTheDefinitionMatches(@ForAll("patterns") List<String> pattern, @ForAll("texts") String text) {
        assertThat(LikePattern.of(String.join("", pattern)).matches(text)).isEqualTo(byDefinition(pattern, text));
    }

    /** Rows of more than 16, and of more than 64, characters take another way than short ones. */
    @Property(tries = 300)
    void findsLongRowsWhereTheyStand(
            @ForAll("texts") String before, @ForAll("rows") String row, @ForAll("texts") String after) {
        String text = before + row + after;

        assertThat(LikePattern.of("%" + row + "%").matches(text)).isTrue();
        assertThat(LikePattern.of("%" + row + "_%").matches(text)).isEqualTo(followed(text, row));
        assertThat(LikePattern.of("%" + row + "x%").matches(text)).isFalse();
    }

    /** Whether the row stands somewhere with a character behind it. */
    private static boolean followed(String text, String row) {
        int at = text.indexOf(row);
        return at >= 0 && at + row.length() < text.length();
    }

    @Provide
    Arbitrary<List<String>> patterns() {
        return Arbitraries.of("%", "%", "_", "a", "b", "😀", "\\%", "\\_")
                .list()
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "😀", "%", "_").list().ofMaxSize(9).map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> rows() {
        return Arbitraries.of("a", "b", "😀").list().ofMinSize(1).ofMaxSize(150).map(parts -> String.join("", parts));
    }

    /** Each of them keeps a backtracking matcher busy for minutes. */
    @ParameterizedTest
    @CsvSource({
        "%a%a%a%c, 800",
        "%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%c, 2000",
        "%aaaaaaaaaaaaaaaaaaaaaab%, 8192",
        "%a_a_a_a_a_a_a_a_a_a_b%, 8192",
        "%_a%_a%_a%_a%b, 8192"
    })
    void decidesHostilePatternsInAFewSteps(String pattern, int length) {
        String text = "a".repeat(length);
        Cesql expression = Cesql.parse("subject LIKE '" + pattern + "'");
        Evaluation run = new Evaluation(
                WireEvent.builder().id("1").source("/s").type("t").subject(text).build(), true);
        assertThat(expression.value(run)).isEqualTo(false);
        assertThat(run.firstError()).isNull();
        assertThat(run.steps()).isLessThan(HOSTILE_STEPS_MAX);

        // The best of some, as anything may come between on a busy machine.
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
            long begin = System.nanoTime();
            expression.evaluate(run.event());
            best = Math.min(best, System.nanoTime() - begin);
        }
        assertThat(best).isLessThan(1_000_000);
    }

    @Test
    void decidesTheLongestHostilePatternInOnePass() {
        String pattern = "%" + "a".repeat(2_000) + "_b%" + "a".repeat(2_000) + "b";
        String text = "a".repeat(8_192);

        assertThat(LikePattern.of(pattern).matches(text)).isFalse();
        assertThat(LikePattern.of(pattern).cost(text)).isLessThanOrEqualTo(33L * text.length());
    }

    @Test
    void knowsWhatATextMustBeginWith() {
        assertThat(LikePattern.of("com.acme.%").prefix()).isEqualTo("com.acme.");
        assertThat(LikePattern.of("com\\_a_b%").prefix()).isEqualTo("com_a");
        assertThat(LikePattern.of("%x").prefix()).isEmpty();
    }
}
