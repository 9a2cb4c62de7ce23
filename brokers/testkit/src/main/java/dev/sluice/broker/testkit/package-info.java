/** What every broker must do, as tests that each broker's module extends. */
@NullMarked
package dev.sluice.broker.testkit;

import org.jspecify.annotations.NullMarked;
