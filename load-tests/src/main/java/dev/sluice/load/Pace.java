package dev.sluice.load;

/**
 * What one side did in one round of reading.
 *
 * @param perSecond events
 * @param cpuNanos the process's CPU time per event
 * @param handlerNanos the time that its handler took per event; 0 when it takes none
 */
record Pace(double perSecond, double cpuNanos, double handlerNanos) {}
