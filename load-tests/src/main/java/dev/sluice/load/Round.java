package dev.sluice.load;

/**
 * Both sides measured once, one right after the other, in the row's unit.
 *
 * @param engine what the engine reached
 * @param peer what its peer reached; NaN when it has none
 */
record Round(double engine, double peer) {
    /** A round of an engine that is held to an aim of its own. */
    static Round alone(double engine) {
        return new Round(engine, Double.NaN);
    }
}
