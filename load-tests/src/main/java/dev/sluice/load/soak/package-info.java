/**
 * The soak runs: real engines, a real Kafka, real kills, and ledgers that prove that nothing was lost, doubled beyond
 * the bound, or run out of order.
 */
@NullMarked
package dev.sluice.load.soak;

import org.jspecify.annotations.NullMarked;
