/**
 * Dead letters: what there is, and how letters go back to where they came from. And replays: what another version of a
 * function would have answered.
 */
@NullMarked
package dev.sluice.deadletters;

import org.jspecify.annotations.NullMarked;
