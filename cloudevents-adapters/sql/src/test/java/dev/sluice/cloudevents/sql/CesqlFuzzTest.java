package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A text from a stranger is an expression or a refusal, and an expression ends within its budget on any event. The input is
 * the expression, an empty line, and the event's subject, which may be left out. The test command runs the inputs that lie
 * in the resources; {@code ./sluice soak fuzz} searches for new ones, and keeps what fails there.
 */
class CesqlFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void aTextIsAnExpressionOrRefused(byte[] input) {
        String[] parts = new String(input, StandardCharsets.UTF_8).split("\n\n", 2);
        String text = parts[0];
        Cesql expression;
        try {
            expression = Cesql.parse(text);
        } catch (InvalidCesqlException refused) {
            assertThat(refused.error().position()).isBetween(1, text.length() + 1);
            assertThat(refused.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\u0000");
            return;
        }
        WireEvent event = event(parts.length == 1 ? "" : parts[1]);
        Evaluation run = new Evaluation(event, false);
        Object value = expression.value(run);

        assertThat(run.steps()).isLessThanOrEqualTo(Evaluation.STEPS_MAX);
        assertThat(isOfItsType(value, expression, run.errors())).isTrue();
        for (CesqlError error : run.errors()) {
            assertThat(error.toString()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\u0000");
        }
        CesqlResult failFast = expression.evaluateFailFast(event);
        assertThat(isOfItsType(failFast.value(), expression, failFast.errors())).isTrue();
        if (run.errors().isEmpty()) {
            assertThat(failFast).isEqualTo(new CesqlResult(value, List.of()));
        } else {
            assertThat(failFast.errors()).isEqualTo(run.errors().subList(0, 1));
        }
        passesWhatIsTrueWithoutAnError(text, event, failFast);
    }

    /** An attribute that is missing is false, whatever its type would be. */
    private static boolean isOfItsType(Object value, Cesql expression, List<CesqlError> errors) {
        return expression.root().type().admits(value)
                || value.equals(false)
                        && errors.stream().anyMatch(error -> error.kind() == CesqlError.Kind.MISSING_ATTRIBUTE);
    }

    private static void passesWhatIsTrueWithoutAnError(String text, WireEvent event, CesqlResult result) {
        EventFilter filter;
        try {
            filter = Filters.compile(List.of(Map.of("cesql", text)));
        } catch (InvalidFilterException refused) {
            assertThat(refused.getMessage()).doesNotContain("\r", "\u0000");
            return;
        }
        assertThat(filter.test(event)).isEqualTo(result.errors().isEmpty() && Boolean.TRUE.equals(result.value()));
        assertThat(filter.errors()).isLessThanOrEqualTo(1);
    }

    private static WireEvent event(String subject) {
        try {
            return builder().subject(subject).build();
        } catch (InvalidEventException refused) {
            return builder().build();
        }
    }

    private static WireEvent.Builder builder() {
        return WireEvent.builder()
                .id("5")
                .source("/s")
                .type("com.acme.order")
                .extension("count", -7)
                .extension("flag", true);
    }
}
