package dev.sluice.load;

import java.util.Locale;

/**
 * What a row is meant to reach.
 *
 * @param bound the figure
 * @param atLeast true: it has to be reached; false: it must not be passed
 * @param ofRatio true: the bound is for the ratio; false: it is for the engine's own figure, in the row's unit
 */
record Aim(double bound, boolean atLeast, boolean ofRatio) {
    static Aim atLeast(double bound) {
        return new Aim(bound, true, true);
    }

    static Aim atMost(double bound) {
        return new Aim(bound, false, true);
    }

    /** A bound that the engine must keep whatever its peer does. */
    static Aim engineAtMost(double bound) {
        return new Aim(bound, false, false);
    }

    /** Whether a ratio meets it. What could not be measured meets nothing. */
    boolean metBy(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    /** The ratio at which it would just be met, by the peer's figure. */
    double ratio(double peer) {
        return ofRatio ? bound : bound / peer;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, ofRatio ? "%s %.2f" : "engine %s %.2f", atLeast ? ">=" : "<=", bound);
    }
}
