package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter errors = new StringWriter();

    @Test
    void refusesAFigureThatThereIsNot() {
        assertThat(run("P99")).isEqualTo(2);
        assertThat(errors.toString())
                .contains(
                        "there is no figure 'P99': it must be one of P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17, P18, G5, P1-tuned, P1-vertx, P5-tuned, P5-spring-cloud-stream,");
    }

    @Test
    void refusesAnUnknownOption() {
        assertThat(run("--slow")).isEqualTo(2);
        assertThat(errors.toString()).contains("--slow");
    }

    @Test
    void refusesARoundThatTakesNoTime() {
        assertThat(run("P3", "--round", "0")).isEqualTo(2);
        assertThat(errors.toString()).contains("--round must be from 1 to 600");
    }

    @Test
    void memoryRefusesNumbersThatMakeNoSense() {
        assertThat(run("memory", "--events", "0")).isEqualTo(2);
        assertThat(errors.toString()).contains("--events must be at least 1");
    }

    @Test
    void helpEndsWell() {
        assertThat(run("memory", "--help")).isZero();
    }

    private int run(String... args) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new MemoryCommand())
                .setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(new StringWriter()))
                .execute(args);
    }
}
