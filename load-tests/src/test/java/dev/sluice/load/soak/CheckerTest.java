package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final long PID = 7;
    private static final long OTHER = 8;

    private final Checker checker = new Checker(500);
    private long now = 1_000;

    @Test
    void holdsWhenEveryEventRanOnceAndInOrder() {
        for (var seq = 0; seq < 10; seq++) {
            publish(1, seq);
            publish(2, seq);
            run(PID, 1, seq);
            run(PID, 2, seq);
        }

        assertThat(checker.verdict().broken()).isEmpty();
        assertThat(checker.verdict().published()).isEqualTo(20);
        assertThat(checker.open()).isZero();
        assertThat(checker.runs()).isEqualTo(20);
    }

    @Test
    void findsWhatNeverRan() {
        publish(1, 0);
        publish(1, 1);
        run(PID, 1, 0);

        assertThat(checker.open()).isEqualTo(1);
        assertThat(checker.verdict().broken()).containsExactly("1 acknowledged events were lost");
        assertThat(checker.verdict().examples()).containsExactly("lost: k1-1, never begun");
    }

    @Test
    void countsAnEventWhoseRunDidNotEndAsLost() {
        publish(1, 0);
        begin(PID, 1, 0);

        assertThat(checker.verdict().lost()).isEqualTo(1);
        assertThat(checker.verdict().examples()).containsExactly("lost: k1-0, begun and not ended");
    }

    @Test
    void takesWhatRanBeforeItWasAcknowledgedAsRun() {
        run(PID, 1, 0);
        publish(1, 0);

        assertThat(checker.verdict().broken()).isEmpty();
    }

    @Test
    void tellsHowLongEachProcessTookFromItsStartToItsFirstRun() {
        checker.launched(PID, now - 900);
        checker.launched(OTHER, now - 300);
        checker.launched(OTHER + 1, now - 300);
        checker.killed(OTHER + 1, now, null);
        begin(OTHER, 1, 0);
        begin(PID, 2, 0);
        begin(PID, 2, 1);

        assertThat(checker.verdict().startMillis()).hasSize(2).isSorted().allMatch(millis -> millis >= 300);
        assertThat(checker.verdict().startMillis().get(1)).isBetween(900L, 1_000L);
    }

    @Test
    void findsFirstRunsThatComeTooLate() {
        run(PID, 1, 1);
        run(PID, 1, 0);
        run(PID, 2, 0);

        assertThat(checker.verdict().inverted()).isEqualTo(1);
        assertThat(checker.verdict().broken()).containsExactly("1 events ran before an earlier one of their key");
    }

    @Test
    void takesARepeatThatGoesBackForNoInversion() {
        run(PID, 1, 0);
        run(PID, 1, 1);
        checker.killed(PID, now, null);
        run(OTHER, 1, 0);
        run(OTHER, 1, 1);
        run(OTHER, 1, 2);

        assertThat(checker.verdict().inverted()).isZero();
        assertThat(checker.verdict().doubled()).isEqualTo(2);
        assertThat(checker.verdict().broken()).isEmpty();
    }

    @Test
    void findsRepeatsWithoutAReason() {
        run(PID, 1, 0);
        run(PID, 1, 0);

        assertThat(checker.verdict().broken()).containsExactly("1 runs were doubled, 0 are allowed");
    }

    @Test
    void allowsNoRepeatOfWhatWasDoneLongBeforeTheKill() {
        run(PID, 1, 0);
        now += 501;
        run(PID, 1, 1);
        checker.killed(PID, now, null);

        assertThat(checker.verdict().doubledMax()).isEqualTo(1);
    }

    @Test
    void allowsRepeatsOfWhatAKilledProcessHadBegunHoweverLongAgo() {
        begin(PID, 1, 0);
        now += 10_000;
        begin(PID, 2, 0);
        checker.killed(PID, now, null);

        assertThat(checker.verdict().doubledMax()).isEqualTo(2);
    }

    @Test
    void allowsRepeatsOfWhatAKilledProcessCouldNotCommitHoweverLongAgoItEnded() {
        for (var seq = 0; seq < 4; seq++) {
            publish(1, seq);
            run(PID, 1, seq);
        }
        now += 2_000;
        checker.killed(PID, now, Map.of(1, 1L));

        assertThat(checker.verdict().doubledMax()).isEqualTo(3);
    }

    @Test
    void allowsRepeatsOfAllThatRanWhereTheGroupHasCommittedNothing() {
        publish(1, 0);
        run(PID, 1, 0);
        now += 2_000;
        checker.killed(PID, now, Map.of());

        assertThat(checker.verdict().doubledMax()).isEqualTo(1);
    }

    @Test
    void allowsNoRepeatOfWhatIsCommittedHoweverShortlyBeforeTheKillItRan() {
        publish(1, 0);
        publish(1, 1);
        run(PID, 1, 0);
        run(PID, 1, 1);
        checker.killed(PID, now, Map.of(1, 2L));

        assertThat(checker.verdict().doubledMax()).isZero();
    }

    @Test
    void goesByTheTimeWhereThePlaceOfAnEventIsUnknown() {
        run(PID, 1, 0);
        now += 501;
        run(PID, 1, 1);
        checker.killed(PID, now, Map.of(1, 0L));

        assertThat(checker.verdict().doubledMax()).isEqualTo(1);
    }

    @Test
    void allowsNoRepeatAfterAnOrderlyStop() {
        run(PID, 1, 0);
        checker.stopped(PID);
        run(OTHER, 1, 0);

        assertThat(checker.verdict().broken()).containsExactly("1 runs were doubled, 0 are allowed");
    }

    @Test
    void allowsRepeatsOfAllThatBeginsWhileCommitsFail() {
        run(PID, 1, 0);
        checker.unsettled(PID, now);
        now += 10_000;
        run(PID, 1, 1);
        run(OTHER, 2, 0);
        checker.settled(PID);
        run(PID, 1, 2);

        assertThat(checker.verdict().doubledMax()).isEqualTo(2);
    }

    @Test
    void findsRunsOfOneKeyAtTheSameTime() {
        begin(PID, 1, 0);
        begin(OTHER, 1, 1);
        begin(OTHER, 2, 0);

        assertThat(checker.verdict().overlapping()).isEqualTo(1);
    }

    @Test
    void takesRunsOfAKilledProcessAsOver() {
        begin(PID, 1, 0);
        checker.killed(PID, now, null);
        begin(OTHER, 1, 0);

        assertThat(checker.verdict().overlapping()).isZero();
    }

    @Test
    void tellsHowLongAPartitionStoodStill() {
        publish(1, 0);
        publish(2, 0);
        run(PID, 1, 0);
        now += 3_000;
        run(PID, 2, 0);
        now += 2_000;
        run(PID, 1, 1);

        assertThat(checker.verdict().pauseMillis()).isEqualTo(5_000);
    }

    @Test
    void addsUpVerdicts() {
        publish(1, 0);
        var one = checker.verdict();

        assertThat(one.and(one).lost()).isEqualTo(2);
        assertThat(one.and(one).published()).isEqualTo(2);
        assertThat(one.and(one).examples()).hasSize(2);
    }

    private void publish(int key, int seq) {
        checker.published(new Publication(new SoakEvent(key, seq), key, seq, now));
    }

    private void run(long pid, int key, int seq) {
        begin(pid, key, seq);
        checker.ran(new Run(Run.Phase.ENDED, new SoakEvent(key, seq), pid, 1, now));
    }

    private void begin(long pid, int key, int seq) {
        checker.ran(new Run(Run.Phase.BEGAN, new SoakEvent(key, seq), pid, 1, now));
    }
}
