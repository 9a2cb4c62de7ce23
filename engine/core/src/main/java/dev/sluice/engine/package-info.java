/**
 * Runs functions on events: a pipeline per trigger, a dispatcher per function, instances with slots. {@link
 * dev.sluice.engine.Engine} is the way in; it sees the broker contract and never a concrete broker.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
