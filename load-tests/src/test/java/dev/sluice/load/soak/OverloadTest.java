package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.load.soak.OverloadVerdict.Requests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the overload soak makes of answers and runs. */
class OverloadTest {
    private static final long MILLI = 1_000_000;
    private static final Requests WELL = new Requests(1_000, 500, 0, 0, 0, 0, 0, 0);

    private final OverloadPhase phase = new OverloadPhase(3, 10, 2);
    private final OverloadRuns runs = new OverloadRuns();

    private void ran(int request, long endMillis) {
        runs.add(new Run(Run.Phase.BEGAN, phase.event(request), 1, 1, endMillis - 20));
        runs.add(new Run(Run.Phase.ENDED, phase.event(request), 1, 1, endMillis));
    }

    private void answer(int from, int to, int status, long millis) {
        for (var request = from; request < to; request++) {
            phase.answered(request, status, true, millis * MILLI);
        }
    }

    private static OverloadVerdict verdict(double beyond, Requests requests) {
        return new OverloadVerdict("calls", 1_000, 1_000, beyond, requests, 300, 1, 1, 30 << 20, 31 << 20);
    }

    @Test
    void plansRequestsEvenly() {
        assertThat(phase.size()).isEqualTo(20);
        assertThat(phase.dueNanos(0)).isZero();
        assertThat(phase.dueNanos(15)).isEqualTo(1_500 * MILLI);
    }

    @Test
    void comparesWhatWasAnsweredWithWhatRan() {
        answer(0, 4, 204, 5);
        answer(4, 6, 429, 5);
        phase.answered(6, 503, false, 5 * MILLI);
        answer(7, 8, 502, 5);
        answer(8, 9, OverloadPhase.UNSENT, 0);
        answer(9, 10, OverloadPhase.UNANSWERED, 0);
        answer(10, 20, 202, 5);
        for (var request = 10; request < 20; request++) {
            ran(request, 1_000 + request);
        }
        ran(0, 1_000);
        ran(1, 1_000);
        ran(1, 1_500);
        runs.add(new Run(Run.Phase.BEGAN, phase.event(2), 1, 1, 1_000));
        ran(5, 1_000);

        assertThat(runs.haveAll(List.of(phase))).isFalse();
        assertThat(runs.requests(List.of(phase))).isEqualTo(new Requests(14, 3, 1, 2, 1, 2, 1, 1));
        assertThat(runs.perSecond(1_000, 1_500)).isEqualTo(26);
    }

    @Test
    void tellsWhenAllIsCalmAgain() {
        answer(0, 20, 204, 10);
        assertThat(phase.calmAfterSeconds(500)).isEqualTo(1);
        answer(3, 4, 429, 10);
        assertThat(phase.calmAfterSeconds(500)).isEqualTo(2);
        answer(12, 13, 204, 501);
        assertThat(phase.calmAfterSeconds(500)).isEqualTo(-1);
    }

    @Test
    void countsTheTimeOfWhatWasAcceptedOnly() {
        answer(0, 10, 204, 10);
        answer(10, 20, 429, 5_000);

        assertThat(phase.acceptedWithinMillis(99)).isBetween(9.9, 10.1);
    }

    @Test
    void holdsWhenAllIsWell() {
        assertThat(verdict(900, WELL).broken()).isEmpty();
    }

    @Test
    void judgesTheGoodputOfAllRoundsTogether() {
        assertThat(OverloadVerdict.goodput(List.of(verdict(800, WELL), verdict(1_000, WELL))))
                .isEqualTo(0.9);
        assertThat(OverloadVerdict.goodput(List.of())).isZero();
    }

    @Test
    void namesEachPromiseThatDoesNotHold() {
        assertThat(verdict(1_000, new Requests(1_000, 0, 0, 0, 0, 0, 0, 0)).broken())
                .containsExactly("calls: nothing was refused: it was no overload");
        assertThat(verdict(1_000, new Requests(1, 6, 1, 2, 3, 4, 5, 6)).broken())
                .containsExactly(
                        "calls: 1 refusals had no Retry-After",
                        "calls: 2 requests were neither accepted nor refused",
                        "calls: 3 requests were not sent, as too many waited for answers",
                        "calls: 4 accepted events were lost",
                        "calls: 5 accepted events ran more than once",
                        "calls: 6 refused events ran");
        assertThat(new OverloadVerdict("topic", 1_000, 800, 1_000, WELL, 2_001, 1, -1, 30 << 20, 33 << 20).broken())
                .containsExactly(
                        "topic: 800 a second ran where the function can do 1000",
                        "topic: what was accepted took 2001 ms (99 %)",
                        "topic: it was not calm within 5 s",
                        "topic: the heap grew by 3.0 MiB");
    }
}
