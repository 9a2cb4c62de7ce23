/** The functions that the measured engine runs. */
@NullMarked
package dev.sluice.load.handler;

import org.jspecify.annotations.NullMarked;
