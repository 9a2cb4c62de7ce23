package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.http.Grant.Move;
import dev.sluice.cloudevents.http.Grant.State;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3_600 * SECOND;

    @Test
    void asksBeforeItSendsAndAgainWhenTheAgreementHasLastedItsTime() {
        Grant grant = asking(Pace.ANY, false);

        assertThat(grant.next(0).move()).isEqualTo(Move.ASK);
        grant.answered(SECOND, "events.example.com", "*");
        assertThat(grant.next(SECOND)).isEqualTo(new Grant.Step(Move.SEND, 0));
        assertThat(grant.next(HOUR).move()).isEqualTo(Move.SEND);
        assertThat(grant.next(HOUR + SECOND).move()).isEqualTo(Move.ASK);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "events.example.com, 120, GRANTED",
                "EVENTS.example.COM, 120, GRANTED",
                "' * ', ' 7 ', GRANTED",
                "*, *, GRANTED",
                "-, 120, REFUSED",
                "other.example.com, 120, REFUSED",
                "events.example.com, -, REFUSED",
                "events.example.com, 0, REFUSED",
                "events.example.com, -5, REFUSED",
                "events.example.com, many, REFUSED",
                "events.example.com, 99999999999, REFUSED",
                "'', 120, REFUSED"
            })
    void takesForConsentTheOriginTogetherWithTheRateThatWasAskedFor(String origin, String rate, State state) {
        Grant grant = asking(60, false);

        grant.answered(0, origin, rate);

        assertThat(grant.state()).isEqualTo(state);
        assertThat(grant.next(1).move()).isEqualTo(state == State.GRANTED ? Move.SEND : Move.DENIED);
    }

    @Test
    void needsNoRateWhenNoneWasAskedFor() {
        Grant grant = asking(Pace.ANY, false);

        grant.answered(0, "*", null);

        assertThat(grant.state()).isEqualTo(State.GRANTED);
    }

    @Test
    void leavesAloneForAWhileWhoDidNotAgree() {
        Grant grant = asking(Pace.ANY, false);
        grant.answered(0, null, null);

        assertThat(grant.next(30 * SECOND)).isEqualTo(new Grant.Step(Move.DENIED, 30 * SECOND));
        assertThat(grant.next(60 * SECOND).move()).isEqualTo(Move.ASK);
    }

    @Test
    void sendsOnceTheReceiverHasCalledBackAtTheRateAskedForUnlessItNamesAnother() {
        Grant grant = asking(6, true);
        grant.answered(0, null, null);
        assertThat(grant.state()).isEqualTo(State.CALLBACK);

        grant.calledBack(SECOND, null);

        assertThat(grant.next(SECOND)).isEqualTo(new Grant.Step(Move.SEND, 0));
        assertThat(grant.next(SECOND)).isEqualTo(new Grant.Step(Move.SEND, 10 * SECOND));
        grant.calledBack(2 * SECOND, "5");
        assertThat(grant.next(2 * SECOND)).isEqualTo(new Grant.Step(Move.SEND, 0));
        assertThat(grant.next(2 * SECOND)).isEqualTo(new Grant.Step(Move.SEND, 12 * SECOND));
        assertThatThrownBy(() -> grant.calledBack(0, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sendsNothingBeforeTheReceiverIsNoLongerBusy() {
        Grant grant = asking(Pace.ANY, false);
        grant.answered(0, "*", "*");

        grant.busy(0, 20 * SECOND);
        grant.busy(SECOND, SECOND);

        assertThat(grant.next(2 * SECOND)).isEqualTo(new Grant.Step(Move.SEND, 18 * SECOND));
        grant.busy(2 * SECOND, 60 * SECOND);
        assertThat(grant.next(2 * SECOND)).isEqualTo(new Grant.Step(Move.TOO_LATE, 60 * SECOND));
        assertThat(grant.next(62 * SECOND)).isEqualTo(new Grant.Step(Move.SEND, 0));
    }

    @Test
    void asksNothingBeforeTheReceiverIsNoLongerBusy() {
        Grant grant = asking(Pace.ANY, false);

        grant.busy(0, 60 * SECOND);

        assertThat(grant.next(SECOND)).isEqualTo(new Grant.Step(Move.TOO_LATE, 59 * SECOND));
        assertThat(grant.next(60 * SECOND).move()).isEqualTo(Move.ASK);
    }

    @Test
    void letsNothingThatHasWaitedGoToAReceiverThatIsBusyOrGoneByThen() {
        Grant grant = asking(Pace.ANY, false);
        grant.answered(0, "*", "*");

        assertThat(grant.waited(SECOND)).isEqualTo(new Grant.Step(Move.SEND, 0));
        grant.busy(0, 60 * SECOND);
        assertThat(grant.waited(SECOND)).isEqualTo(new Grant.Step(Move.TOO_LATE, 59 * SECOND));
        grant.gone();
        assertThat(grant.waited(SECOND).move()).isEqualTo(Move.GONE);
    }

    @Test
    void takesNoTurnFromOthersWhenItGivesUp() {
        Grant grant = asking(1, false);
        grant.answered(0, "*", "1");
        assertThat(grant.next(0).move()).isEqualTo(Move.SEND);

        assertThat(grant.next(0)).isEqualTo(new Grant.Step(Move.TOO_LATE, 60 * SECOND));
        assertThat(grant.next(40 * SECOND)).isEqualTo(new Grant.Step(Move.SEND, 20 * SECOND));
    }

    @Test
    void earnsNoBurstByAskingAgain() {
        Grant grant = asking(6, false);
        grant.answered(0, "*", "6");
        assertThat(grant.next(0)).isEqualTo(new Grant.Step(Move.SEND, 0));

        grant.answered(1, "*", "6");

        assertThat(grant.next(1)).isEqualTo(new Grant.Step(Move.SEND, 10 * SECOND - 1));
    }

    @Test
    void neverSendsAgainToWhoIsGone() {
        Grant grant = asking(Pace.ANY, true);
        grant.answered(0, "*", "*");

        grant.gone();
        grant.calledBack(1, "*");
        grant.answered(2, "*", "*");

        assertThat(grant.next(3).move()).isEqualTo(Move.GONE);
        assertThat(grant.next(1_000 * HOUR).move()).isEqualTo(Move.GONE);
    }

    /** Whatever comes, and whenever: never more than the rate, nothing while it is busy, nothing without consent. */
    @Property(tries = 500)
    void keepsRateGateAndConsentOnAnyWay(@ForAll("happenings") List<Integer> happenings) {
        Grant grant = asking(30, true);
        List<Long> sent = new ArrayList<>();
        long now = 0;
        long closedUntil = 0;
        boolean agreed = false;
        for (int happening : happenings) {
            now += happening % 5 * SECOND;
            switch (happening % 7) {
                case 0 -> {
                    grant.answered(now, "*", "30");
                    agreed = true;
                }
                case 1 -> {
                    grant.busy(now, 10 * SECOND);
                    closedUntil = Math.max(closedUntil, now + 10 * SECOND);
                }
                default -> {
                    Grant.Step step = grant.next(now);
                    if (step.move() == Move.SEND) {
                        assertThat(agreed).isTrue();
                        assertThat(now + step.waitNanos()).isGreaterThanOrEqualTo(closedUntil);
                        assertThat(step.waitNanos()).isLessThanOrEqualTo(30 * SECOND);
                        sent.add(now + step.waitNanos());
                    }
                }
            }
        }
        for (int i = 0; i + 30 < sent.size(); i++) {
            assertThat(sent.get(i + 30) - sent.get(i)).isGreaterThanOrEqualTo(60 * SECOND);
        }
    }

    @Provide
    Arbitrary<List<Integer>> happenings() {
        return Arbitraries.integers().between(0, 1_000).list().ofMaxSize(150);
    }

    private static Grant asking(int rate, boolean callback) {
        return new Grant(new Grant.Terms("events.example.com", rate, callback, HOUR, 60 * SECOND, 30 * SECOND));
    }
}
