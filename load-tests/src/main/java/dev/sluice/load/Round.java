package dev.sluice.load;

/**
 * Both sides measured once, one right after the other, in the row's unit.
 *
 * @param engine what the engine reached
 * @param peer what its peer reached
 */
record Round(double engine, double peer) {}
