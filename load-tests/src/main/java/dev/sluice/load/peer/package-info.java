/**
 * The other side of each ratio. Frozen: a figure is only comparable over time while these sources stay as they are, so
 * what is wrong here is replaced by a new peer under a new name.
 */
@NullMarked
package dev.sluice.load.peer;

import org.jspecify.annotations.NullMarked;
