package dev.sluice.engine.scaling;

import static dev.sluice.engine.scaling.Loads.LIMITS;
import static dev.sluice.engine.scaling.Loads.load;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.broker.Ordering;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of the specification's formula, and each of its bounds, by what one load gives. */
class DemandRuleTest {
    private long settled;
    private double leasedSeconds;

    private static ScaleLimits limits(int min, int max, int warm) {
        return new ScaleLimits(min, max, LIMITS.concurrency(), LIMITS.drain(), LIMITS.idle(), warm, LIMITS.timeout());
    }

    private static ScalingRule rule() {
        return new DemandPolicy().rule(LIMITS);
    }

    private static String decided(Decision decision) {
        return decision.to() + " " + decision.reason();
    }

    static Stream<Arguments> needs() {
        return Stream.of(
                arguments("rate alone: 0.1 s x 400/s / 0.8 = 50 slots", load().rate(400), "5 NEED"),
                arguments("just above it", load().rate(401), "6 NEED"),
                arguments("what waits counts by the drain time of 10 s", load().unfetched(4_000), "5 NEED"),
                arguments(
                        "unfetched, runnable and calls are one backlog",
                        load().unfetched(1_000).runnable(2_000).waitingCalls(1_001),
                        "6 NEED"),
                arguments("both add up", load().rate(200).unfetched(2_000), "5 NEED"),
                arguments(
                        "the longer an event takes, the more",
                        load().serviceSeconds(0.2).rate(200),
                        "5 NEED"),
                arguments(
                        "an event takes the timeout at most",
                        load().serviceSeconds(1_000).rate(1),
                        "4 NEED"),
                arguments(
                        "one instance for the smallest load",
                        load().instances(0).leased(0).runnable(1),
                        "1 NEED"),
                arguments("twice as much in the last second is a panic", load().rate(200, 400), "5 PANIC"),
                arguments("a little less than twice is not", load().rate(320, 639), "4 NEED"),
                arguments(
                        "nothing at zero until an event has passed the filters",
                        load().instances(0).leased(0).rate(100).unfetched(1e6),
                        "0 ZERO"),
                arguments("max", load().rate(8_001), "100 MAX"),
                arguments("not more than max", load().rate(8_000), "100 NEED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("needs")
    void wantsWhatArrivesAndWaits(String name, Loads load, String expected) {
        assertThat(decided(rule().decide(load.make()))).isEqualTo(expected);
    }

    static Stream<Arguments> unknownTimes() {
        return Stream.of(
                arguments(
                        "from zero: one",
                        load().instances(0).leased(0).unfetched(1_000).runnable(64),
                        1),
                arguments(
                        "from zero, nothing passed the filters yet",
                        load().instances(0).leased(0).unfetched(1e6),
                        0),
                arguments("a call is enough", load().instances(0).leased(0).waitingCalls(1), 1),
                arguments("doubles while more waits than there are slots", load().unfetched(10_000), 4),
                arguments("those that start count as slots", load().starting(2).unfetched(40), 4),
                arguments("stays when as much waits as there are slots", load().unfetched(20), 2),
                arguments(
                        "no more than what waits and runs can fill",
                        load().leased(9).unfetched(21),
                        3),
                arguments(
                        "an instance that never had work is given up",
                        load().instances(2).leased(0),
                        1),
                arguments("max", load().instances(60).unfetched(10_000), 100));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknownTimes")
    void doublesWhileNothingHasSettled(String name, Loads load, int expected) {
        assertThat(rule().decide(load.nothingSettled(5).make()).to()).isEqualTo(expected);
    }

    @Test
    void remembersHowLongAnEventTakesUntilSlotsHaveBeenInUseThreeTimesAsLong() {
        var rule = rule();
        rule.decide(load().serviceSeconds(0.1).rate(10).make());

        var remembered = rule.decide(
                load().at(101).leased(20).nothingSettled(5.9).unfetched(8_000).make());
        var doubted = rule.decide(
                load().at(102).leased(20).nothingSettled(6.1).unfetched(8_000).make());

        assertThat(decided(remembered)).isEqualTo("10 NEED");
        assertThat(decided(doubted)).isEqualTo("4 UNKNOWN_SERVICE_TIME");
    }

    @Test
    void takesNoEventForLongerThanThereHasBeenWork() {
        var rule = rule();
        rule.decide(load().at(100).leased(0).nothingSettled(0).make());

        var decision =
                rule.decide(load().at(100.2).serviceSeconds(0.6).rate(200).make());

        assertThat(decided(decision)).isEqualTo("5 NEED");
    }

    static Stream<Arguments> caps() {
        var busy = 20;
        return Stream.of(
                arguments(
                        "a slot per partition with work",
                        load().ordering(Ordering.PARTITION, 25).rate(800),
                        "3 CAP_PARTITIONS"),
                arguments(
                        "no cap when there are enough of them",
                        load().ordering(Ordering.PARTITION, 100).rate(800),
                        "10 NEED"),
                arguments(
                        "keys are not capped by partitions",
                        load().ordering(Ordering.KEY, 1).rate(800),
                        "10 NEED"),
                arguments(
                        "the adaptive limit binds",
                        load().leased(busy).slotsMax(20).rate(800),
                        "2 CAP_ADAPTIVE"),
                arguments(
                        "it leaves room for one more",
                        load().leased(busy).slotsMax(21).rate(800),
                        "3 CAP_ADAPTIVE"),
                arguments("it does not bind", load().leased(busy).slotsMax(101).rate(800), "10 NEED"),
                arguments("starts fail", load().startFailures(1).rate(800), "2 HOLD_STARTS"),
                arguments(
                        "starts fail and there is none",
                        load().instances(0).leased(0).startFailures(3).rate(800).runnable(1),
                        "1 HOLD_STARTS"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("caps")
    void addsNothingThatCouldNotWork(String name, Loads load, String expected) {
        assertThat(decided(rule().decide(load.make()))).isEqualTo(expected);
    }

    static Stream<Arguments> slacks() {
        return Stream.of(
                arguments("keys", Ordering.KEY, 17, 1.0, "2 CAP_KEYS"),
                arguments("not for a second yet", Ordering.KEY, 17, 0.9, "10 NEED"),
                arguments("nine of ten slots are in use", Ordering.KEY, 18, 1.0, "10 NEED"),
                arguments("without an order it is the source", Ordering.NONE, 17, 1.0, "2 HOLD_ELSEWHERE"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("slacks")
    void holdsWhileSlotsStandFreeThoughEventsWait(
            String name, Ordering ordering, int leased, double seconds, String expected) {
        var rule = rule();
        rule.decide(load().at(100)
                .ordering(ordering, 9)
                .leased(leased)
                .unfetched(8_000)
                .make());

        var decision = rule.decide(load().at(100 + seconds)
                .ordering(ordering, 9)
                .leased(leased)
                .unfetched(8_000)
                .make());

        assertThat(decided(decision)).isEqualTo(expected);
    }

    static Stream<Arguments> descents() {
        return Stream.of(
                arguments("down to the need", load().instances(10).rate(560), "7 NEED"),
                arguments("at most by half", load().instances(10).rate(8), "5 HALVING"),
                arguments("half is rounded up", load().instances(11).rate(8), "6 HALVING"),
                arguments(
                        "not below the minute's peak by 0.7",
                        load().instances(10).peak(56).rate(8),
                        "8 FLOOR"),
                arguments(
                        "just above that peak", load().instances(10).peak(56.1).rate(8), "9 FLOOR"),
                arguments(
                        "a higher peak raises nothing",
                        load().instances(10).peak(99).rate(8),
                        "10 FLOOR"),
                arguments(
                        "one for the last work within idle", load().instances(1).idle(59.9), "1 FLOOR"),
                arguments("zero after idle", load().instances(1).idle(60), "0 ZERO"),
                arguments("zero from any number", load().instances(40).peak(300).idle(60), "0 ZERO"),
                arguments("never on an unknown lag", load().instances(10).lagUnknown(), "10 HOLD_UNKNOWN_LAG"),
                arguments("nor to zero", load().instances(1).idle(600).lagUnknown(), "1 HOLD_UNKNOWN_LAG"),
                arguments(
                        "up on what is known all the same",
                        load().instances(2).lagUnknown().waitingCalls(4_000),
                        "5 NEED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("descents")
    void givesUpInstancesSlowly(String name, Loads load, String expected) {
        assertThat(decided(rule().decide(load.make()))).isEqualTo(expected);
    }

    @Test
    void givesUpNothingForTenSecondsAfterAnyChange() {
        var rule = rule();
        rule.decide(load().at(100).instances(20).rate(8).make());

        var early = rule.decide(load().at(109.9).instances(10).rate(8).make());
        var half = rule.decide(load().at(110).instances(10).rate(8).make());
        var next = rule.decide(load().at(119.9).instances(5).rate(8).make());

        assertThat(decided(early)).isEqualTo("10 HALVING");
        assertThat(decided(half)).isEqualTo("5 HALVING");
        assertThat(decided(next)).isEqualTo("5 HALVING");
    }

    /** With few keys slots stand idle and are needed again in the next moment: the busy ones alone are no floor. */
    @Test
    void givesUpNothingThatWasNeededInTheLastThirtySeconds() {
        var rule = rule();
        rule.decide(load().at(100).instances(8).rate(640).make());

        var within = rule.decide(load().at(130).instances(10).rate(8).make());
        var after = rule.decide(load().at(130.1).instances(10).rate(8).make());

        assertThat(decided(within)).isEqualTo("8 FLOOR");
        assertThat(within.words())
                .startsWith("10 -> 8 instances: 8 instances were needed within the last 30 s; else 1, ");
        assertThat(decided(after)).isEqualTo("10 HALVING");
    }

    @Test
    void keepsMinAndWarmSpares() {
        var withMin = new DemandPolicy().rule(limits(3, 100, 0));
        var withSpares = new DemandPolicy().rule(limits(0, 100, 2));

        assertThat(decided(withMin.decide(load().idle(600).make()))).isEqualTo("3 MIN");
        assertThat(decided(withSpares.decide(load().rate(400).make()))).isEqualTo("7 NEED");
        assertThat(decided(withSpares.decide(load().at(200).idle(60).make()))).isEqualTo("0 ZERO");
    }

    /** Saturated from second 100 on; each step is a span: instances, events settled in it, and what follows. */
    private Decision saturated(ScalingRule rule, int second, int instances, int perSecond, double cpu) {
        var decision =
                rule.decide(saturatedAt(second, instances, perSecond).cpu(cpu).make());
        settled += perSecond;
        leasedSeconds += instances * 10;
        return decision;
    }

    private Loads saturatedAt(int second, int instances, int perSecond) {
        return load().at(second)
                .instances(instances)
                .leased(instances * 10)
                .serviceSeconds(instances * 10.0 / perSecond)
                .totals(leasedSeconds, settled)
                .unfetched(100_000);
    }

    @Test
    void holdsWhenTheLastStepBroughtLessThanATenthOfItsShareAndProbesAfterHalfAMinute() {
        var rule = rule();
        var second = 100;
        saturated(rule, second++, 4, 1_000, 0);
        saturated(rule, second++, 4, 1_000, 0);
        saturated(rule, second++, 8, 1_000, 0);
        var held = saturated(rule, second++, 8, 1_000, 0);
        for (; second < 133; second++) {
            assertThat(decided(saturated(rule, second, 8, 1_000, 0))).isEqualTo("8 HOLD_ELSEWHERE");
        }
        var probe = saturated(rule, second++, 8, 1_000, 0);
        var waiting = saturated(rule, second++, 10, 1_000, 0);
        var judged = saturated(rule, second, 10, 1_000, 0);

        assertThat(decided(held)).isEqualTo("8 HOLD_ELSEWHERE");
        assertThat(held.words())
                .startsWith("stays at 8 instances: the last step up brought nothing: the limit is "
                        + "elsewhere (broker, sink)");
        assertThat(decided(probe)).isEqualTo("10 HOLD_ELSEWHERE");
        assertThat(decided(waiting)).isEqualTo("10 HOLD_ELSEWHERE");
        assertThat(decided(judged)).isEqualTo("8 HOLD_ELSEWHERE");
    }

    @Test
    void goesOnWhenTheLastStepBroughtItsShare() {
        var rule = rule();
        saturated(rule, 100, 4, 1_000, 0);
        saturated(rule, 101, 4, 1_000, 0);
        saturated(rule, 102, 8, 1_200, 0);

        assertThat(saturated(rule, 103, 8, 1_200, 0).reason()).isEqualTo(Reason.NEED);
    }

    @Test
    void namesTheCpuWhenItIsSaturated() {
        var rule = rule();
        saturated(rule, 100, 4, 1_000, 1);
        saturated(rule, 101, 4, 1_000, 1);
        saturated(rule, 102, 8, 1_000, 1);

        assertThat(saturated(rule, 103, 8, 1_000, 1).reason()).isEqualTo(Reason.HOLD_CPU);
    }

    @Test
    void doesNotJudgeWhatChanceCouldHaveMade() {
        var rule = rule();
        saturated(rule, 100, 4, 20, 0);
        for (var second = 107; second < 120; second++) {
            saturated(rule, second, 4, 20, 0);
        }
        saturated(rule, 120, 5, 20, 0);

        assertThat(saturated(rule, 126, 5, 20, 0).reason()).isNotEqualTo(Reason.HOLD_ELSEWHERE);
    }

    @Test
    void forgetsTheHoldOnceItIsNotSaturatedForASecond() {
        var rule = rule();
        saturated(rule, 100, 4, 1_000, 0);
        saturated(rule, 101, 4, 1_000, 0);
        saturated(rule, 102, 8, 1_000, 0);
        saturated(rule, 103, 8, 1_000, 0);
        rule.decide(load().at(104).instances(8).leased(10).make());

        var decision =
                rule.decide(load().at(105).instances(8).leased(10).rate(1_600).make());

        assertThat(decided(decision)).isEqualTo("20 NEED");
    }

    @Test
    void saysItsFiguresInWords() {
        var decision = rule().decide(load().rate(400, 401).unfetched(1_234).make());

        assertThat(decision.words())
                .isEqualTo("2 -> 7 instances: 0.100 s per event x (400.0/s arriving + 1,234 waiting / 10.0 s) / 0.8"
                        + " = 65.4 slots, 10 per instance");
        assertThat(rule().decide(load().instances(1).idle(61).make()).words())
                .isEqualTo("1 -> 0 instances: no work for 61 s");
    }

    /** A second of growth at a bottleneck must not feed on itself: more slots, longer runs, more slots. */
    @Test
    void doesNotPlanWithAServiceTimeThatGrewWithinASpanUnderSaturation() {
        var rule = rule();
        saturated(rule, 100, 4, 1_000, 0);
        saturated(rule, 101, 4, 1_000, 0);

        var within = rule.decide(load().at(101.5)
                .instances(4)
                .leased(40)
                .serviceSeconds(0.4)
                .rate(2_000)
                .runnable(1)
                .totals(leasedSeconds, settled)
                .make());

        assertThat(within.to()).isEqualTo(11);
    }

    @Test
    void drainsFasterWhenToldTo() {
        var limits = new ScaleLimits(0, 100, 10, Duration.ofSeconds(1), LIMITS.idle(), 0, LIMITS.timeout());

        var decision =
                new DemandPolicy().rule(limits).decide(load().unfetched(4_000).make());

        assertThat(decided(decision)).isEqualTo("50 NEED");
    }
}
