package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.load.JmhFigures.Piece;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JmhFiguresTest {
    private static final JmhFigures KEPT =
            new JmhFigures(Map.of("A.b", new Piece(200, 0.5), "C.d(64)", new Piece(4, 1)));

    @Test
    void nothingIsWorseWithinFifteenPercent() {
        var found = new JmhFigures(Map.of("A.b", new Piece(229, 0.57), "C.d(64)", new Piece(4, 0.2)));

        assertThat(found.worseThan(KEPT)).isEmpty();
    }

    @Test
    void moreBytesAreWorseUnlessTheyAreAFew() {
        var found = new JmhFigures(Map.of("A.b", new Piece(240, 0.5), "C.d(64)", new Piece(11, 1)));

        assertThat(found.worseThan(KEPT)).containsExactly("A.b");
        assertThat(found.text(KEPT)).contains("240 B (kept 200, MORE)").contains("11 B (kept 4)");
    }

    @Test
    void moreTimeIsWorse() {
        var found = new JmhFigures(Map.of("A.b", new Piece(200, 0.5), "C.d(64)", new Piece(4, 1.2)));

        assertThat(found.worseThan(KEPT)).containsExactly("C.d(64)");
        assertThat(found.text(KEPT)).contains("1.2000 yardsticks (kept 1.0000, SLOWER)");
    }

    @Test
    void whatWasNotMeasuredIsWorse() {
        var found = new JmhFigures(Map.of("A.b", new Piece(200, 0.5)));

        assertThat(found.worseThan(KEPT)).containsExactly("C.d(64)");
        assertThat(found.text(KEPT)).contains("C.d(64)").contains("not measured");
    }

    @Test
    void theBestOfTwoRunsCounts() {
        var first = new JmhFigures(Map.of("A.b", new Piece(200, 0.9), "C.d(64)", new Piece(4, 1)));
        var second = new JmhFigures(Map.of("A.b", new Piece(210, 0.5)));

        assertThat(first.best(second).worseThan(KEPT)).isEmpty();
    }

    @Test
    void figuresAreReadAsTheyWereWritten() throws Exception {
        var read = new com.fasterxml.jackson.databind.ObjectMapper().readValue(KEPT.json(), JmhFigures.class);

        assertThat(read).isEqualTo(KEPT);
    }
}
