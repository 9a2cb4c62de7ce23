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
    /** What is shown beside another without being held to anything. */
    static Aim none() {
        return new Aim(Double.NaN, true, true);
    }

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

    boolean isNone() {
        return Double.isNaN(bound);
    }

    /** Whether a ratio meets it. What could not be measured meets nothing, and nothing meets none. */
    boolean metBy(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    /** The ratio at which it would just be met, by the peer's figure. */
    double ratio(double peer) {
        return ofRatio ? bound : bound / peer;
    }

    /** In a few signs; a dash for none. */
    @Override
    public String toString() {
        if (isNone()) {
            return "-";
        }
        return String.format(Locale.ROOT, ofRatio ? "%s %.2f" : "engine %s %.2f", atLeast ? ">=" : "<=", bound);
    }
}
