package dev.sluice.engine.scaling;

import static dev.sluice.engine.scaling.Loads.LIMITS;
import static dev.sluice.engine.scaling.Loads.load;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.broker.Ordering;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the default rule says of its decisions: true, and in the terms of whoever asks. */
class DemandRuleWordsTest {
    private static ScalingRule rule() {
        return new DemandPolicy().rule(LIMITS);
    }

    private static String decided(Decision decision) {
        return decision.to() + " " + decision.reason();
    }

    static Stream<Arguments> waitsBehindKeys() {
        return Stream.of(
                arguments("the need is less", behind(521), 1.0, "2 CAP_KEYS"),
                arguments("nothing has settled", behind(521).nothingSettled(5), 1.0, "2 CAP_KEYS"),
                arguments("the need is the same", behind(521).rate(160), 1.0, "2 CAP_KEYS"),
                arguments("what is not fetched can't run either", behind(521).unfetched(100), 1.0, "2 CAP_KEYS"),
                arguments(
                        "order by partition",
                        behind(521).ordering(Ordering.PARTITION, 8).rate(160),
                        1.0,
                        "2 CAP_PARTITIONS"),
                arguments("not for a second yet", behind(521), 0.9, "2 FLOOR"),
                arguments("fewer wait than run", behind(7), 1.0, "2 FLOOR"),
                arguments("no slot is free", behind(521).leased(18), 1.0, "2 FLOOR"),
                arguments("one waits for a slot alone", behind(521).runnable(1), 1.0, "2 FLOOR"),
                arguments("more are needed", behind(521).rate(161), 1.0, "3 NEED"));
    }

    private static Loads behind(int events) {
        return load().ordering(Ordering.KEY, 9).leased(8).peak(14).behind(8, events);
    }

    /** The number is what it would be: that which is blocked asks for no slot. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("waitsBehindKeys")
    void namesTheKeysWhileSlotsStandFreeAndEventsWaitBehindThemOnly(
            String name, Loads load, double seconds, String expected) {
        var rule = rule();
        rule.decide(load.peak(14).at(100).make());

        var decision = rule.decide(load.at(100 + seconds).make());

        assertThat(decided(decision)).isEqualTo(expected);
    }

    @Test
    void tellsHowMuchWaitsBehindHowManyKeys() {
        var rule = rule();
        rule.decide(behind(521).at(100).make());

        var words = rule.decide(behind(521).at(101).make()).words();

        assertThat(words)
                .startsWith(
                        "stays at 2 instances: 8 of 20 slots are in use; 521 events wait behind others, on 8 keys; ");
    }

    @Test
    void tellsWhatIsBlockedWhateverDecides() {
        assertThat(rule().decide(load().rate(400).behind(8, 521).make()).words())
                .endsWith("; 521 more wait behind their keys");
        assertThat(rule().decide(load().nothingSettled(5)
                                .unfetched(1_000)
                                .behind(8, 521)
                                .make())
                        .words())
                .endsWith("; 521 more wait behind their keys");
        assertThat(rule().decide(load().rate(400)
                                .blocked(new Load.Blocked(524, 521, 8))
                                .make())
                        .words())
                .endsWith("; 521 more wait behind their keys and 3 for their next try");
        assertThat(rule().decide(load().rate(400)
                                .blocked(new Load.Blocked(3, 0, 0))
                                .make())
                        .words())
                .endsWith("; 3 more wait for their next try");
    }

    /** A cap that has only begun has not shown anything about runs yet. */
    @Test
    void tellsAnAdaptiveLimitThatWasFoundFromOneThatStillGrows() {
        var grows = load().leased(16).slotsMax(16).rate(800);
        var found = load().leased(16).slotsMax(16).slotsMaxFound().rate(800);

        assertThat(rule().decide(grows.make()).words())
                .contains("the adaptive limit of 16 slots binds: it begins low, and grows while runs take no longer;");
        assertThat(rule().decide(found.make()).words())
                .contains("the adaptive limit of 16 slots binds: with more of them runs took longer;");
    }

    @Test
    void doesNotCallAnUnknownLagNothing() {
        var decision = rule().decide(load().instances(0).leased(0).lagUnknown().make());

        assertThat(decided(decision)).isEqualTo("0 HOLD_UNKNOWN_LAG");
        assertThat(decision.words())
                .isEqualTo("stays at 0 instances: it is unknown how much waits; nothing that has passed the filters"
                        + " is here");
    }

    private static ScalingRule ruleWithMin(int min) {
        return new DemandPolicy()
                .rule(new ScaleLimits(min, 100, 10, LIMITS.drain(), LIMITS.idle(), 0, LIMITS.timeout()));
    }

    static Stream<Arguments> leasts() {
        return Stream.of(
                arguments("one is kept without work", 1, load().instances(1).idle(600), "1 MIN"),
                arguments(
                        "more are kept than halving would",
                        4,
                        load().instances(4).rate(8),
                        "4 MIN"),
                arguments(
                        "the peak asks for more",
                        4,
                        load().instances(10).peak(56).rate(8),
                        "8 FLOOR"),
                arguments("half is more", 4, load().instances(10).rate(8), "5 HALVING"),
                arguments("the need is more", 1, load().instances(10).rate(560), "7 NEED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leasts")
    void namesMinWhereItBindsAndNotWhereAnythingElseDoes(String name, int min, Loads load, String expected) {
        assertThat(decided(ruleWithMin(min).decide(load.make()))).isEqualTo(expected);
    }

    @Test
    void namesTheKeysThoughMinKeepsAsManyInstances() {
        var rule = ruleWithMin(2);
        rule.decide(behind(521).at(100).make());

        var decision = rule.decide(behind(521).at(101).make());

        assertThat(decided(decision)).isEqualTo("2 CAP_KEYS");
        assertThat(decision.words())
                .contains("521 events wait behind others, on 8 keys; min is 2; else 1, ")
                .doesNotContain("more wait");
    }

    @Test
    void tellsMinWithoutThePeakThatDidNotBind() {
        assertThat(ruleWithMin(1).decide(load().instances(1).idle(600).make()).words())
                .startsWith("stays at 1 instance: min is 1; else 0, 0.100 s per event x ");
    }

    @Test
    void countsNothingWhereNothingWaits() {
        assertThat(rule().decide(load().nothingSettled(5).make()).words())
                .isEqualTo("stays at 2 instances: nothing has settled yet; none waits for a slot");
        assertThat(rule().decide(load().instances(0).leased(0).make()).words())
                .isEqualTo("stays at 0 instances: nothing waits");
        assertThat(rule().decide(load().instances(0).leased(0).unfetched(7).make())
                        .words())
                .isEqualTo("stays at 0 instances: nothing waits that has passed the filters; about 7 are not fetched");
    }

    @Test
    void tellsOfNoSlotsWhereThereIsNone() {
        var first = load().instances(0).leased(0).nothingSettled(0).runnable(5);

        assertThat(rule().decide(first.make()).words())
                .isEqualTo("0 -> 1 instance: nothing has settled yet; 5 wait, and there is no slot");
    }
}
