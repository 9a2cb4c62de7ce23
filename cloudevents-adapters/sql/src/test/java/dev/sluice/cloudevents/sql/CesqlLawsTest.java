package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.CesqlError.Kind;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** What holds for any expression on any event. */
class CesqlLawsTest {
    private static final List<String> WORDS = List.of(
            "AND", "OR", "XOR", "NOT", "LIKE", "IN", "EXISTS", "true", "1", "-", "+", "*", "/", "%", "=", "!=", "<>",
            "<", ">=", "(", ")", ",", "'a%'", "\"b\"", "'", "\"", "\\", "id", "subject", "ABS(", "CONCAT(", "INT(",
            "X(");

    @Property(tries = 2_000)
    void refusesArbitraryTextWithItsOwnErrorOnly(@ForAll @StringLength(max = 40) String text) {
        parsesOrRefuses(text);
    }

    @Property(tries = 3_000)
    void refusesArbitraryWordsWithItsOwnErrorOnly(@ForAll("words") List<String> words) {
        parsesOrRefuses(String.join(" ", words));
        parsesOrRefuses(String.join("", words));
    }

    /** Whatever the mode, a value and a set of errors; stopping at the first error changes nothing without one. */
    @Property(tries = 2_000)
    void givesAValueOfItsTypeWithinTheBudget(@ForAll("expressions") String text, @ForAll("events") WireEvent event) {
        Cesql expression = Cesql.parse(text);
        Evaluation run = new Evaluation(event, false);
        Object value = expression.value(run);

        assertThat(expression.root().type().admits(value)).isTrue();
        assertThat(run.steps()).isLessThanOrEqualTo(Evaluation.STEPS_MAX);
        CesqlResult failFast = expression.evaluateFailFast(event);
        assertThat(expression.root().type().admits(failFast.value())).isTrue();
        if (run.errors().isEmpty()) {
            assertThat(failFast).isEqualTo(new CesqlResult(value, List.of()));
        } else {
            assertThat(failFast.errors()).isEqualTo(run.errors().subList(0, 1));
        }
    }

    /** The biggest texts that the limits let in, on attributes as long as the limits let in, and longer. */
    @Property(tries = 60)
    void endsWithinTheBudgetAtTheLimits(
            @ForAll("parts") List<String> parts, @ForAll("joints") String joint, @ForAll("sizes") int size) {
        WireEvent event = WireEvent.builder()
                .id("1")
                .source("/s")
                .type("a".repeat(size))
                .subject("a".repeat(size) + "b")
                .build();
        StringBuilder text = new StringBuilder(parts.get(0));
        for (int i = 1; text.length() + joint.length() + 100 < Parser.BYTES_MAX && i < 100; i++) {
            text.append(joint).append(parts.get(i % parts.size()));
        }
        Cesql expression = Cesql.parse(text.toString());
        for (boolean failFast : new boolean[] {true, false}) {
            Evaluation run = new Evaluation(event, failFast);
            expression.value(run);

            assertThat(run.steps()).isLessThanOrEqualTo(Evaluation.STEPS_MAX);
            assertThat(run.errors().stream()
                            .filter(error -> error.kind() == Kind.GENERIC)
                            .count())
                    .isLessThanOrEqualTo(1);
        }
    }

    private static void parsesOrRefuses(String text) {
        try {
            assertThat(Cesql.parse(text)).hasToString(text);
        } catch (InvalidCesqlException refused) {
            assertThat(refused.error().position()).isBetween(1, text.length() + 1);
            assertThat(refused.error().message()).isNotBlank();
        }
    }

    @Provide
    Arbitrary<List<String>> words() {
        return Arbitraries.of(WORDS).list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<String>> parts() {
        return Arbitraries.of(
                        "subject LIKE '%a%a%a_a%c'",
                        "type LIKE '%aaaaaaaaaaaaaaaaaaaaaaaaaaaaab%'",
                        "CONCAT(type, type, subject, type) = subject",
                        "CONCAT_WS(type, type, type, type) LIKE '%b_b%'",
                        "UPPER(LOWER(TRIM(type))) != type",
                        "type IN (subject, subject, subject, id)",
                        "LENGTH(SUBSTRING(type, -1)) = 1",
                        "1 / 0 = 0",
                        "nope = 1")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<String> joints() {
        return Arbitraries.of(" OR ", " AND ", " XOR ");
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 100, 8_192, 100_000);
    }

    @Provide
    Arbitrary<String> expressions() {
        return expressions(3);
    }

    private static Arbitrary<String> expressions(int depth) {
        Arbitrary<String> leaf = Arbitraries.of(
                "id",
                "subject",
                "count",
                "nope",
                "'a'",
                "'5'",
                "'true'",
                "0",
                "7",
                "2147483647",
                "true",
                "EXISTS nope");
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<String> inner = expressions(depth - 1);
        return Arbitraries.oneOf(
                leaf,
                inner.map(x -> "NOT (" + x + ")"),
                inner.map(x -> "-(" + x + ")"),
                inner.map(x -> "(" + x + ") LIKE '%a_'"),
                Combinators.combine(Arbitraries.of("LEFT", "RIGHT", "SUBSTRING", "CONCAT"), inner, inner)
                        .as((name, x, y) -> name + "(" + x + ", " + y + ")"),
                Combinators.combine(Arbitraries.of("INT", "BOOL", "STRING", "ABS", "LENGTH"), inner)
                        .as((name, x) -> name + "(" + x + ")"),
                Combinators.combine(inner, inner, inner).as((x, y, z) -> "(" + x + ") IN (" + y + ", " + z + ")"),
                Combinators.combine(
                                inner,
                                Arbitraries.of("+", "-", "*", "/", "%", "=", "!=", "<", "AND", "OR", "XOR"),
                                inner)
                        .as((x, operator, y) -> "(" + x + ") " + operator + " (" + y + ")"));
    }

    @Provide
    Arbitrary<WireEvent> events() {
        return Combinators.combine(Arbitraries.of("1", "a", "true", "-2147483648"), Arbitraries.integers())
                .as((id, count) -> WireEvent.builder()
                        .id(id)
                        .source("/s")
                        .type("t")
                        .subject(id + "5")
                        .extension("count", count)
                        .build());
    }
}
