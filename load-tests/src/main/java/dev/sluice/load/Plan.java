package dev.sluice.load;

import java.time.Duration;

/**
 * How long is measured.
 *
 * @param warmUp of each side, before its first round
 * @param rounds of each side, taken in turns
 * @param round the length of one
 */
record Plan(Duration warmUp, int rounds, Duration round) {
    /** For figures that are told to others. */
    static final Plan FULL = new Plan(Duration.ofSeconds(20), 3, Duration.ofSeconds(10));

    /** To see that all works. Its warm-up is too short for figures. */
    static final Plan QUICK = new Plan(Duration.ofSeconds(2), 3, Duration.ofSeconds(2));

    /** The time that two sides take. */
    Duration total() {
        return warmUp.plus(round.multipliedBy(rounds)).multipliedBy(2);
    }
}
