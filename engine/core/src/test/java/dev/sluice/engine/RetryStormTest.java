package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.FakeSource.State;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Many tries fail while there are always fresh events: a simulation in virtual time, the same at every run. */
class RetryStormTest {
    private static final int SLOTS = 20;
    private static final double FAILING = 0.3;
    private static final int EVENTS = 6_000;

    private final SplittableRandom random = new SplittableRandom(7);
    private final Set<String> seen = new HashSet<>();
    private TestDispatcher test;
    private long fresh;
    private long retries;

    private void storm(Backoff backoff) {
        test = new TestDispatcher(function(reactive(this::run), SLOTS, Duration.ofMinutes(5)));
        test.attach(new DeliveryPolicy(
                5, backoff, Duration.ofMinutes(5), Duration.ofMinutes(15), DeliveryPolicy.DeadLetterFailure.PARK));
        for (var i = 0; i < EVENTS; i++) {
            test.source.offer("e" + i);
        }
    }

    /** Takes 50 to 150 ms, and then fails by chance. */
    private Mono<String> run(String text) {
        if (seen.add(text)) {
            fresh++;
        } else {
            retries++;
        }
        var end = Sinks.<String>one();
        var fails = random.nextDouble() < FAILING;
        test.loop.schedule(
                () -> {
                    if (fails) {
                        end.tryEmitError(new IllegalStateException("no"));
                    } else {
                        end.tryEmitEmpty();
                    }
                },
                random.nextLong(50_000_000L, 150_000_000L));
        return end.asMono();
    }

    /** The share of first tries among those of so many seconds, while there are always fresh events. */
    private double share(int seconds) {
        fresh = 0;
        retries = 0;
        test.advance(Duration.ofSeconds(seconds));
        assertThat(test.status().leased()).isEqualTo(SLOTS);
        return fresh / (double) (fresh + retries);
    }

    @Test
    void leavesFourFifthsOfTheSlotsToFreshEventsWhileThirtyPercentFail() {
        storm(Backoff.DEFAULT);
        share(2);
        // Until the first retry is overdue by backoff-max, which is when it runs whatever the budget says.
        var share = share(27);
        System.out.printf("retry storm: %.1f %% of %d tries were first ones%n", 100 * share, fresh + retries);

        // One retry for four first ones, and the two that were saved before.
        assertThat(share).isCloseTo(0.8, within(0.002));
        assertThat(retries).as("retries had their part too").isGreaterThan(300);
        assertThat(test.status().failures()).isGreaterThan(1_000);
    }

    @Test
    void runsEveryRetryInTheEndThoughTheStormGoesOn() {
        storm(new Backoff(Backoff.Policy.CONSTANT, Duration.ofMillis(200), Duration.ofSeconds(1)));
        share(5);
        // In the long run each first try brings 0.43 retries, and with a wait of a second all of them are overdue.
        assertThat(share(25)).isBetween(0.65, 0.8);
        assertThat(test.source.count(State.LENT)).as("nothing piles up").isLessThan(1_000);
    }
}
