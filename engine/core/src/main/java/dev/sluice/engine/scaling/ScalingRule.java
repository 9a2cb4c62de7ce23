package dev.sluice.engine.scaling;

/**
 * Decides for one function. It is called every 100 ms, and at once when an event finds no instance; it may remember
 * what it was told before. One thread at a time calls it, always with a later time.
 */
@FunctionalInterface
public interface ScalingRule {
    /** What the load asks for. Never blocks, never throws on a load that {@link LoadWindows} made. */
    Decision decide(Load load);
}
