package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.function.FunctionException;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows from a failed try, the wait before the next, and what retries may take from fresh events. */
class VerdictTest {
    /** Makes the jitter 0: nextDouble is 0.5. */
    private static final RandomGenerator MIDDLE = () -> Long.MIN_VALUE;

    private static final Throwable FAILURE = new IllegalStateException("no");

    private static Backoff backoff(Backoff.Policy policy) {
        return new Backoff(policy, Duration.ofMillis(200), Duration.ofSeconds(30));
    }

    private static DeliveryPolicy policy(int retry, Backoff backoff, Duration maxAge) {
        return new DeliveryPolicy(
                retry, backoff, Duration.ofSeconds(30), maxAge, DeliveryPolicy.DeadLetterFailure.PARK);
    }

    private static final DeliveryPolicy POLICY = policy(5, backoff(Backoff.Policy.EXPONENTIAL), Duration.ofMinutes(15));

    private static Verdict after(Throwable error, int tries, DeliveryPolicy policy, Duration age) {
        var first = Long.MAX_VALUE - 1_000;
        return Verdict.after(error, tries, first, first + age.toNanos(), policy, MIDDLE);
    }

    private static Duration waitAfter(Throwable error, int tries, DeliveryPolicy policy) {
        var first = Long.MAX_VALUE - 1_000;
        return Duration.ofNanos(
                Verdict.after(error, tries, first, first, policy, MIDDLE).retryAtNanos() - first);
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of(FAILURE, 1, null),
                Arguments.of(FAILURE, 5, null),
                Arguments.of(FAILURE, 6, "exhausted"),
                Arguments.of(new StackOverflowError(), 1, null),
                Arguments.of(new FunctionException.TimedOut("fn", Duration.ofSeconds(1)), 1, null),
                Arguments.of(new FunctionException.TimedOut("fn", Duration.ofSeconds(1)), 6, "exhausted"),
                Arguments.of(new FunctionException.BadAnswer("fn", "answered null"), 1, null),
                Arguments.of(new FunctionException.Retry("busy", Duration.ZERO), 1, null),
                Arguments.of(new FunctionException.Retry("busy", Duration.ZERO), 6, "exhausted"),
                Arguments.of(new FunctionException.Unavailable("fn", "is full", null), 1, null),
                Arguments.of(new FunctionException.Rejected("wrong"), 1, "rejected"),
                Arguments.of(new FunctionException.BadInput("fn", "no JSON", null), 1, "undecodable"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void endsTheTriesByErrorAndNumber(Throwable error, int tries, String reason) {
        assertThat(after(error, tries, POLICY, Duration.ZERO).deadLetterReason())
                .isEqualTo(reason);
    }

    @Test
    void neverTriesAgainWhenNoRetryIsWanted() {
        var none = policy(0, Backoff.DEFAULT, Duration.ofMinutes(15));

        assertThat(after(FAILURE, 1, none, Duration.ZERO).deadLetterReason()).isEqualTo("exhausted");
    }

    @ParameterizedTest
    @CsvSource({
        "EXPONENTIAL, 1, 200", "EXPONENTIAL, 2, 400", "EXPONENTIAL, 5, 3200", "EXPONENTIAL, 9, 30000",
        "EXPONENTIAL, 900, 30000", "LINEAR, 1, 200", "LINEAR, 3, 600", "LINEAR, 1000, 30000",
        "CONSTANT, 1, 200", "CONSTANT, 1000, 200"
    })
    void waitsAsThePolicySaysUpToItsMaximum(Backoff.Policy growth, int tries, long millis) {
        var wait = waitAfter(FAILURE, tries, policy(1_000, backoff(growth), Duration.ofDays(1)));

        assertThat(wait).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"5, 5000", "0, 200", "-3, 200", "59, 59000", "3599, 60000", "100000000000000, 60000"})
    void waitsLongerWhenTheFunctionSaysSoUpToAMinute(long seconds, long millis) {
        var named = new FunctionException.Retry("busy", Duration.ofSeconds(seconds));

        assertThat(waitAfter(named, 1, POLICY)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void endsTheTriesOnceTheNextOneWouldBeTooOld() {
        var policy = policy(5, backoff(Backoff.Policy.CONSTANT), Duration.ofSeconds(10));

        assertThat(after(FAILURE, 2, policy, Duration.ofMillis(9_800)).deadLetterReason())
                .isNull();
        assertThat(after(FAILURE, 2, policy, Duration.ofMillis(9_801)).deadLetterReason())
                .isEqualTo("expired");
    }

    @Property(tries = 300)
    void staysWithinTwentyPercentOfTheWait(@ForAll long seed, @ForAll @IntRange(min = 1, max = 1_000) int retry) {
        var middle = Backoff.DEFAULT.nanos(retry, MIDDLE);

        assertThat(Backoff.DEFAULT.nanos(retry, new Random(seed)))
                .isBetween((long) (middle * 0.8) - 1, (long) (middle * 1.2) + 1);
    }

    @Test
    void spreadsTheWaitsOfEventsThatFailTogether() {
        var random = new Random(1);
        var waits = Stream.generate(() -> Backoff.DEFAULT.nanos(1, random))
                .limit(1_000)
                .mapToLong(n -> n);

        var spread = waits.summaryStatistics();
        assertThat(Duration.ofNanos(spread.getMin())).isLessThan(Duration.ofMillis(165));
        assertThat(Duration.ofNanos(spread.getMax())).isGreaterThan(Duration.ofMillis(235));
    }

    @Test
    void earnsAQuarterOfARetryPerFreshStart() {
        var budget = new RetryBudget();
        assertThat(budget.spend()).as("one is saved from the start").isTrue();
        for (var i = 0; i < 3; i++) {
            budget.freshStart();
            assertThat(budget.spend()).isFalse();
        }
        budget.freshStart();
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void savesRetriesUpToATenthOfTheCapacity() {
        var budget = new RetryBudget();
        budget.capacity(50);
        for (var i = 0; i < 1_000; i++) {
            budget.freshStart();
        }
        for (var i = 0; i < 5; i++) {
            assertThat(budget.spend()).isTrue();
        }
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void forgetsSavedRetriesWhenTheCapacityShrinks() {
        var budget = new RetryBudget();
        budget.capacity(100);
        for (var i = 0; i < 1_000; i++) {
            budget.freshStart();
        }
        budget.capacity(1);
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }
}
