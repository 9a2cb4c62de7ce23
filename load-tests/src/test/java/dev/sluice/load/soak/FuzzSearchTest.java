package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FuzzSearchTest {
    @Test
    void findsTheFuzzTestsOfThisRepository() throws IOException {
        assertThat(FuzzTarget.find(Path.of("..")))
                .extracting(target -> target.module() + " " + target.name())
                .contains(
                        "cloudevents-adapters/core JsonFuzzTest#bytesAreABatchOrRefused",
                        "cloudevents-adapters/core JsonFuzzTest#bytesAreAnEventOrRefused",
                        "cloudevents-adapters/http HeaderFuzzTest#aMessageIsAnEventOrRefused",
                        "cloudevents-adapters/sql CesqlFuzzTest#aTextIsAnExpressionOrRefused");
    }

    @Test
    void countsTheRunsOfASearchThatFoundNothing() {
        var outcome = FuzzOutcome.read("A#b", List.of("INFO: Seed: 1", "Done 12345 runs in 61 second(s)", "[INFO]"));

        assertThat(FuzzOutcome.table(List.of(outcome))).isEqualToNormalizingNewlines("""
                target          runs  seconds  findings
                A#b           12,345       61         0
                """);
    }

    @Test
    void namesTheFailureAndWhereItsInputIsKept() {
        var outcome = FuzzOutcome.read(
                "A#b",
                List.of(
                        "== Java Exception: java.lang.StackOverflowError",
                        "\tat dev.sluice.A.b(A.java:1)",
                        "artifact_prefix='/r/'; Test unit written to /r/crash-1",
                        "Done 293 runs in 1 second(s)"));

        assertThat(outcome.findings()).containsExactly("java.lang.StackOverflowError", "kept in /r/crash-1");
        assertThat(FuzzOutcome.table(List.of(outcome))).contains("A#b: kept in /r/crash-1");
    }

    @Test
    void aSearchThatDidNotEndProvesNothing() {
        assertThatThrownBy(() -> FuzzOutcome.read("A#b", List.of("[ERROR] COMPILATION ERROR")))
                .isInstanceOf(SoakException.class)
                .hasMessage("A#b did not search to its end");
    }

    @Test
    void refusesATimeThatIsNone() {
        var errors = new StringWriter();

        var status = new CommandLine(new FuzzCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("--seconds", "0");

        assertThat(status).isEqualTo(2);
        assertThat(errors.toString()).contains("--seconds must be from 1 to 86400");
    }
}
