/** Dead letters: what there is, and how letters go back to where they came from. */
@NullMarked
package dev.sluice.deadletters;

import org.jspecify.annotations.NullMarked;
