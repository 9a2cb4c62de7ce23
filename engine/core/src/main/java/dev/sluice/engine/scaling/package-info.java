/**
 * How many instances a function should have, decided from figures and nothing else: no thread, no clock and no I/O
 * stands here, time comes as an argument. An engine feeds {@link dev.sluice.engine.scaling.LoadWindows} with what it
 * counts, hands the {@link dev.sluice.engine.scaling.Load} to the function's {@link
 * dev.sluice.engine.scaling.ScalingRule}, and keeps its answers in a {@link dev.sluice.engine.scaling.DecisionLog}.
 * {@link dev.sluice.engine.scaling.ScalingSimulation} does the same in virtual time.
 */
@NullMarked
package dev.sluice.engine.scaling;

import org.jspecify.annotations.NullMarked;
