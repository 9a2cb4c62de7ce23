package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private final Figures figures = Figures.on(new KafkaGround(null));

    @Test
    void measuresTheGoalsWhenNothingIsNamed() {
        var choice = figures.choose(List.of());

        assertThat(choice.ids()).contains("P1", "P9", "P18", "G5").noneMatch(id -> id.contains("-"));
        assertThat(choice.figures()).hasSize(18);
    }

    @Test
    void measuresAFigureOnceForBothOfItsGoals() {
        var choice = figures.choose(List.of("P8", "p9"));

        assertThat(choice.ids()).containsExactly("P8", "P9");
        assertThat(choice.figures()).hasSize(1);
    }

    @Test
    void keepsToTheRowsThatWereNamed() {
        assertThat(figures.choose(List.of("P9")).ids()).containsExactly("P9");
        assertThat(figures.choose(List.of("p5-SmallRye")).ids()).containsExactly("P5-smallrye");
    }

    @Test
    void measuresBesideEveryOtherEngineAsAGroup() {
        var choice = figures.choose(List.of("peers"));

        assertThat(choice.ids())
                .containsExactly(
                        "P1-tuned",
                        "P1-vertx",
                        "P5-tuned",
                        "P5-spring-cloud-stream",
                        "P5-smallrye",
                        "P6-tuned",
                        "P6-spring-cloud-stream",
                        "P6-smallrye",
                        "P8-spring-cloud-stream",
                        "P14-tuned",
                        "P14-vertx",
                        "P14-spring-cloud-function");
        assertThat(choice.figures()).hasSize(12);
    }

    @Test
    void measuresGoalsAndPeersTogether() {
        assertThat(figures.choose(List.of("goals", "peers")).figures()).hasSize(30);
    }

    @Test
    void refusesANameThatThereIsNotAndListsThoseThatThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> figures.choose(List.of("P1", "P5-other")))
                .withMessageContaining("there is no figure 'P5-other'")
                .withMessageContaining("P14-spring-cloud-function, goals, peers");
    }

    @Test
    void helpAndDocumentationNameEveryRowBesideAnotherEngine() throws Exception {
        var help = new picocli.CommandLine(new BenchCommand()).getUsageMessage();
        var page = Files.readString(Path.of("..", "docs", "performance.md"));

        for (var id : figures.choose(List.of("peers")).ids()) {
            assertThat(help).contains(id);
            assertThat(page).contains(id);
        }
    }
}
