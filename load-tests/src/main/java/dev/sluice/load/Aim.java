package dev.sluice.load;

import java.util.Locale;

/**
 * What a ratio is meant to be.
 *
 * @param bound the figure
 * @param atLeast true: the ratio has to reach it; false: it must not pass it
 */
record Aim(double bound, boolean atLeast) {
    static Aim atLeast(double bound) {
        return new Aim(bound, true);
    }

    static Aim atMost(double bound) {
        return new Aim(bound, false);
    }

    /** Whether a ratio meets it. What could not be measured meets nothing. */
    boolean metBy(double ratio) {
        return atLeast ? ratio >= bound : ratio <= bound;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.2f", atLeast ? ">=" : "<=", bound);
    }
}
