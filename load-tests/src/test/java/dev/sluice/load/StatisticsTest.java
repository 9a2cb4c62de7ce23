package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void medianIsTheMiddleValueWhateverTheOrder() {
        assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
    }

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        assertThat(Statistics.median(1, 2, 4, 100)).isEqualTo(3);
    }

    @Test
    void medianOfNothingIsNoNumber() {
        assertThat(Statistics.median()).isNaN();
    }

    @Test
    void medianLeavesTheRoundsInTheirOrder() {
        double[] rounds = {3, 1, 2};

        Statistics.median(rounds);

        assertThat(rounds).containsExactly(3, 1, 2);
    }

    @Test
    void ratioIsOfTheMediansSoThatOneBadRoundDoesNotShow() {
        var row = new Row(
                "P1",
                "x",
                "requests/s",
                Aim.atLeast(0.85),
                List.of(new Round(90, 100), new Round(10, 100), new Round(95, 100)));

        assertThat(row.ratio()).isEqualTo(0.9);
        assertThat(row.met()).isTrue();
    }

    @Test
    void spreadIsTheDistanceOfTheExtremesByTheSizeOfTheMedian() {
        assertThat(Statistics.spread(0.9, 0.8, 1.0)).isCloseTo(0.2 / 0.9, within(1e-9));
        assertThat(Statistics.spread(-2, -1, -4)).isEqualTo(1.5);
        assertThat(Statistics.spread(7, 7)).isZero();
    }

    @Test
    void spreadOfASingleRoundIsNoNumber() {
        assertThat(Statistics.spread(7)).isNaN();
        assertThat(Statistics.spread(7, Double.NaN)).isNaN();
    }

    @Test
    void noiseIsThatOfTheRatiosSoThatDriftOfBothSidesDoesNotShow() {
        var row = new Row("P1", "x", "ns", Aim.atLeast(1), List.of(new Round(90, 100), new Round(45, 50)));

        assertThat(row.noise()).isZero();
    }

    @Test
    void noiseIsThatOfTheEngineWhereTheAimIsOrNoPeerIs() {
        var own = new Row("P10", "x", "ms", Aim.engineAtMost(2), List.of(new Round(1, 0.01), new Round(3, 9)));
        var alone = new Row("P13", "x", "s", Aim.atMost(1), List.of(Round.alone(1), Round.alone(3)));

        assertThat(own.noise()).isEqualTo(1);
        assertThat(alone.noise()).isEqualTo(1);
    }

    @Test
    void nothingMeetsAnAimThatThereIsNot() {
        assertThat(Aim.none().metBy(100)).isFalse();
        assertThat(Aim.none().isNone()).isTrue();
        assertThat(Aim.none()).hasToString("-");
    }

    @Test
    void aimIsMetAtItsBoundAndNotByWhatIsNoNumber() {
        assertThat(Aim.atLeast(0.85).metBy(0.85)).isTrue();
        assertThat(Aim.atLeast(0.85).metBy(0.849)).isFalse();
        assertThat(Aim.atMost(0.4).metBy(0.4)).isTrue();
        assertThat(Aim.atMost(0.4).metBy(0.41)).isFalse();
        assertThat(Aim.atLeast(0.85).metBy(Double.NaN)).isFalse();
    }

    @Test
    void aimOfTheEngineAloneDoesNotLookAtThePeer() {
        var row = new Row("P10", "x", "ms", Aim.engineAtMost(2), List.of(new Round(1.5, 0.5)));

        assertThat(row.met()).isTrue();
        assertThat(row.aim()).hasToString("engine <= 2.00");
        assertThat(row.aim().ratio(row.peer())).isEqualTo(4);
    }

    @Test
    void refusesARowWithoutRounds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Row("P1", "x", "ns", Aim.atMost(1), List.of()))
                .withMessage("P1 has no rounds");
    }
}
